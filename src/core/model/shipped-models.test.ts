import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseManifest } from './manifest.ts';

const folder = fileURLToPath(new URL('../../../public/models/', import.meta.url));

type ModelIndex = { readonly default: string; readonly models: readonly string[] };

const index = JSON.parse(readFileSync(`${folder}index.json`, 'utf8')) as ModelIndex;

describe('the models in public/models', () => {
  it('name a default that is there', () => {
    expect(index.models).toContain(index.default);
  });

  it.each(index.models)('%s: the manifest is accepted and its files have the bytes and SHA-256 that it says', (id) => {
    const parsed = parseManifest(JSON.parse(readFileSync(`${folder}${id}/manifest.json`, 'utf8')));
    if (!parsed.ok) throw new Error(parsed.error.sentence);
    expect(parsed.value.id).toBe(id);
    expect(existsSync(`${folder}${id}/model-card.md`)).toBe(true);
    for (const entry of [parsed.value.file, parsed.value.golden.file]) {
      const bytes = readFileSync(`${folder}${id}/${entry.name}`);
      expect(bytes.length).toBe(entry.bytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(entry.sha256);
    }
  });
});
