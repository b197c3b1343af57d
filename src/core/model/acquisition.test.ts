import { describe, expect, it } from 'vitest';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { acquisitionVector, type AcquisitionInput } from './acquisition.ts';

const { features } = syntheticManifest().input.acquisition;
const nothing: AcquisitionInput = { kvp: null, sliceThicknessMm: null, kernel: null, contrast: null };
const encode = (facts: Partial<AcquisitionInput>) => Array.from(acquisitionVector({ ...nothing, ...facts }, features));

describe('acquisitionVector', () => {
  it('puts every feature into its own columns, in order', () => {
    const vector = encode({ kvp: 135, sliceThicknessMm: 1.25, kernel: ' br64f ', contrast: true });
    expect(vector).toEqual([1, 1, -0.5, 1, 0, 0, 1, 0, 0, 1, 0]);
  });

  it('says unknown as 0, 0 for numbers and as the unknown column for categories', () => {
    expect(encode({})).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
    expect(encode({ kvp: Number.NaN }).slice(0, 2)).toEqual([0, 0]);
  });

  it('clamps a number to its range before scaling', () => {
    expect(encode({ kvp: 60 })[0]).toBeCloseTo(-1.6, 6);
    expect(encode({ sliceThicknessMm: 10 })[2]).toBeCloseTo(4 / 1.5, 6);
  });

  it.each([
    ['B70f', 2],
    ['B30s', 0],
    ['B45f', 1],
    ['STANDARD', 3],
    ['', 3],
  ])('takes the first pattern that matches kernel %j', (kernel, column) => {
    const expected = [0, 0, 0, 0];
    expected[column] = 1;
    expect(encode({ kernel }).slice(4, 8)).toEqual(expected);
  });

  it('tells no contrast from unknown contrast', () => {
    expect(encode({ contrast: false }).slice(8)).toEqual([1, 0, 0]);
    expect(encode({ contrast: null }).slice(8)).toEqual([0, 0, 1]);
  });
});
