import { describe, expect, it } from 'vitest';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { parseManifest } from './manifest.ts';
import { outputLength, patchSize } from './shapes.ts';

/** Deep copy with one value replaced (or removed, where undefined), by dotted path. */
function withField(path: string, value: unknown): unknown {
  const copy = structuredClone(syntheticManifest()) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  let at: Record<string, unknown> = copy;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = keys.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = value;
  return JSON.parse(JSON.stringify(copy));
}

describe('parseManifest', () => {
  it('accepts a whole manifest, and drops keys that the contract does not name', () => {
    const parsed = parseManifest({ ...syntheticManifest(), extra: 1 });
    expect(parsed).toEqual({ ok: true, value: syntheticManifest() });
  });

  it('accepts a network whose gates nobody measured', () => {
    expect(parseManifest(withField('gating', undefined))).toMatchObject({ ok: true });
  });

  it.each<[string, unknown, string]>([
    ['schemaVersion', 2, 'schemaVersion'],
    ['id', '../other', 'id'],
    ['gating.vertebrae', 0, 'gating.vertebrae'],
    ['gating.experts.0.varianceExplained', { level: 1.2 }, 'gating.experts.0.varianceExplained.level'],
    ['gating.experts', [{ name: null, varianceExplained: {} }], 'gating.experts'],
    ['file.name', '../model.onnx', 'file.name'],
    ['file.name', 'https://example.org/model.onnx', 'file.name'],
    ['file.sha256', 'ABC', 'file.sha256'],
    ['file.bytes', 0, 'file.bytes'],
    ['created', 'yesterday', 'created'],
    ['input.patch.stdHu', 0, 'input.patch.stdHu'],
    ['input.patch.clipHu', [800, -200], 'input.patch.clipHu'],
    ['input.patch.spacingMm', [1, 1], 'input.patch.spacingMm'],
    ['input.patch.frame', 'vertebra', 'input.patch.frame'],
    ['input.patch.axes', ['right-to-left', 'anterior-to-posterior', 'inferior-to-superior'], 'input.patch.axes.0'],
    ['input.patch.interpolation.antialias', 'gauss', 'input.patch.interpolation.antialias'],
    ['input.acquisition.shape', ['N', 10], 'input.acquisition.shape'],
    ['input.acquisition.features.0.name', 'mas', 'input.acquisition.features.0.name'],
    ['input.acquisition.features.0.min', 200, 'input.acquisition.features.0.min'],
    ['input.acquisition.features.2.patterns.0.match', '(', 'input.acquisition.features.2.patterns.0.match'],
    ['input.acquisition.features.2.patterns.0.value', 'softer', 'input.acquisition.features.2.patterns'],
    ['input.acquisition.features.3.values', ['no', 'yes'], 'input.acquisition.features.3.values'],
    ['outputs.cam', undefined, 'outputs.cam'],
    ['outputs.abmd.shape', ['N', 3], 'outputs.abmd.shape'],
    ['outputs.classLogits.shape', ['N', 3, 2], 'outputs.classLogits.shape'],
    ['outputs.gates.shape', ['N', 3, 2], 'outputs.gates.shape'],
    ['devices.1.id', 'alpha', 'devices'],
    ['devices.1.unit', 'kg', 'devices.1.unit'],
    ['levels', ['T12', 'L1', 'L2', 'L6'], 'levels.3'],
    ['levels', ['T12', 'L1', 'L2', 'L2'], 'levels'],
    ['calibration.intervals.abmd', [1.7], 'calibration.intervals.abmd'],
    ['calibration.temperature.value', -1, 'calibration.temperature.value'],
    ['golden.file.bytes', 60, 'golden.file.bytes'],
    ['golden.cases', [], 'golden.cases'],
    ['golden.cases.0.acquisition', [1, 2], 'golden.cases.0.acquisition'],
    ['golden.cases.0.outputs.gates', [0.5], 'golden.cases.0.outputs.gates'],
  ])('refuses %s = %j and names the field %s', (path, value, field) => {
    const parsed = parseManifest(withField(path, value));
    expect(parsed).toMatchObject({ ok: false, error: { code: 'manifest-invalid', field } });
    if (!parsed.ok) expect(parsed.error.sentence).toMatch(/^The model was refused: its manifest field .+ is wrong \(.+\)\.$/);
  });

  it.each([null, 'text', [], 3])('refuses %j, which is no manifest at all', (json) => {
    expect(parseManifest(json)).toMatchObject({ ok: false, error: { field: 'manifest' } });
  });

  it('reads sizes in the order of the contract', () => {
    const manifest = syntheticManifest();
    expect(patchSize(manifest.input.patch)).toEqual([3, 4, 5]);
    expect(outputLength(manifest, 'vbmd')).toBe(1);
    expect(outputLength(manifest, 'gates')).toBe(6);
  });
});
