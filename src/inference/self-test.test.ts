import { describe, expect, it } from 'vitest';
import { goldenOutputs } from '#src/testing/fake-inference-worker.ts';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { compareWithGolden, readGoldenPatches } from './self-test.ts';

const base = syntheticManifest();
const [first] = base.golden.cases;
if (!first) throw new Error('The synthetic manifest has a golden case.');
// Two cases whose outputs differ, so that the range is over both.
const second = { ...first, name: 'two', outputs: { ...first.outputs, vbmd: [201], oodScore: [0] } };
const manifest = { ...base, golden: { ...base.golden, tolerance: 0.01, cases: [first, second] } };
const right = goldenOutputs(manifest);

describe('compareWithGolden', () => {
  it('passes float32 copies of the reference values', () => {
    const checks = compareWithGolden(manifest, [{ caseIndex: 0, outputs: right }]);
    expect(checks).toHaveLength(8);
    expect(checks.every(({ passed }) => passed)).toBe(true);
  });

  it('judges a difference by the range over all cases', () => {
    const off = { ...right, vbmd: Float32Array.of(101.5), oodScore: Float32Array.of(12.5) };
    const checks = compareWithGolden(manifest, [{ caseIndex: 0, outputs: off }]);
    expect(checks.find(({ output }) => output === 'vbmd')).toMatchObject({ maxDifference: 0.5, range: 100, ratio: 0.005, passed: true });
    expect(checks.find(({ output }) => output === 'oodScore')).toMatchObject({ maxDifference: 0.5, range: 12, passed: false });
  });

  it('compares each case with its own reference', () => {
    const checks = compareWithGolden(manifest, [{ caseIndex: 1, outputs: right }]);
    expect(checks.find(({ output }) => output === 'vbmd')).toMatchObject({ maxDifference: 100, passed: false });
  });

  it('judges each device of abmd by its own range, as their units differ', () => {
    const [gram = 0, milligram = 0] = first.outputs.abmd;
    const other = { ...second, outputs: { ...second.outputs, abmd: [gram + 0.4, milligram + 300] } };
    const two = { ...manifest, golden: { ...manifest.golden, cases: [first, other] } };
    const off = { ...right, abmd: Float32Array.of(gram + 0.1, milligram) };
    const check = compareWithGolden(two, [{ caseIndex: 0, outputs: off }]).find(({ output }) => output === 'abmd');
    expect(check?.ratio).toBeCloseTo(0.25, 5);
    expect(check?.passed).toBe(false);
  });

  it('keeps the range of an output that hardly varies from being nothing', () => {
    const flat = { ...manifest, golden: { ...manifest.golden, cases: [first] } };
    const checks = compareWithGolden(flat, [{ caseIndex: 0, outputs: { ...right, vbmd: Float32Array.of(101.25) } }]);
    expect(checks.find(({ output }) => output === 'vbmd')).toMatchObject({ range: 0.101, passed: false });
  });

  it.each([
    ['not a number', Float32Array.of(Number.NaN, 850)],
    ['missing', Float32Array.of(0.9)],
  ])('counts a value that is %s as infinitely wrong', (_, abmd) => {
    const check = compareWithGolden(manifest, [{ caseIndex: 0, outputs: { ...right, abmd } }]).find(({ output }) => output === 'abmd');
    expect(check).toMatchObject({ ratio: Number.POSITIVE_INFINITY, passed: false });
  });
});

describe('readGoldenPatches', () => {
  it('reads little-endian values case by case', () => {
    const bytes = new ArrayBuffer(2 * 60 * 2);
    const view = new DataView(bytes);
    for (let index = 0; index < 120; index += 1) view.setInt16(index * 2, index * 7 - 300, true);
    const patches = readGoldenPatches(bytes, manifest);
    expect(patches.map(({ length }) => length)).toEqual([60, 60]);
    expect(patches[1]?.[3]).toBe(63 * 7 - 300);
  });
});
