import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseSpineManifest } from './spine-manifest.ts';

const folder = fileURLToPath(new URL('../../../public/models/osteolens-spine/', import.meta.url));
const shipped = (): Record<string, unknown> => JSON.parse(readFileSync(`${folder}manifest.json`, 'utf8')) as Record<string, unknown>;

describe('the spine network in public/models', () => {
  it('has a manifest that is accepted, and files of the bytes and SHA-256 that it says', () => {
    const parsed = parseSpineManifest(shipped());
    if (!parsed.ok) throw new Error(parsed.error.sentence);
    const { id, file, golden } = parsed.value;
    expect(id).toBe('osteolens-spine');
    expect(existsSync(`${folder}model-card.md`)).toBe(true);
    expect(file.bytes).toBeLessThanOrEqual(2_000_000);
    for (const entry of [file, golden.file]) {
      const bytes = readFileSync(`${folder}${entry.name}`);
      expect(bytes.length).toBe(entry.bytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(entry.sha256);
    }
  });
});

describe('parseSpineManifest', () => {
  const outputsWith = (channels: number, stride: number): unknown => ({ ...(shipped()['outputs'] as object), levels: { shape: [1, channels, 'D/2', 'H/2', 'W/2'], stride, unit: 'logit' } });

  it.each([
    ['another kind of network', { kind: 'vertebra' }, 'kind'],
    ['a name that is no vertebra', { levels: ['T1', 'X9'] }, 'levels.1'],
    ['a vertebra twice', { levels: ['T1', 'T1'] }, 'levels'],
    ['another number of channels than names', { outputs: outputsWith(5, 2) }, 'outputs.levels.shape'],
    ['a stride that does not divide the sizes', { outputs: outputsWith(20, 3) }, 'outputs.levels.stride'],
    ['a file outside its folder', { file: { ...(shipped()['file'] as object), name: '../model.onnx' } }, 'file.name'],
  ])('refuses %s and says which field is wrong', (_, change, field) => {
    const parsed = parseSpineManifest({ ...shipped(), ...change });
    if (parsed.ok) throw new Error('It was accepted.');
    expect(parsed.error.field).toBe(field);
    expect(parsed.error.sentence).toMatch(/^The spine network was refused: its manifest field .+\.$/);
  });
});
