import { describe, expect, it } from 'vitest';
import { readNiftiHeader } from '#src/core/dicom/nifti-header.ts';
import { niftiSlices } from '#src/core/dicom/nifti-slices.ts';
import { huPattern, writeNifti, type SyntheticNifti } from '#src/testing/synthetic-nifti.ts';
import { huTypeOf, rescaleToHu, type HuSlice } from './hu-slice.ts';
import { makeSliceFiles } from './slice-files.ts';
import { storedValues } from './stored-values.ts';

/** What the volume would hold of slice k, by the way that the viewer takes. */
async function huOf(nifti: Partial<SyntheticNifti>, k: number, facts: { isWhole: boolean; missingVoxels: number }, cutTo?: number): Promise<HuSlice | string> {
  const bytes = writeNifti(nifti);
  const header = readNiftiHeader(bytes, bytes.length);
  if (!header.ok) throw new Error(header.error);
  const slices = niftiSlices(header.value, { kind: 'hu', ...facts }, { fileId: 4, fileName: 'ct.nii', contentUid: null });
  const slice = slices[k];
  if (slice === undefined) throw new Error('No such slice.');
  const files = makeSliceFiles(slices, () => new Blob([bytes.slice(0, cutTo)]));
  const file = await files.open(slice);
  if (!file.ok) return file.error;
  const stored = await storedValues(file.value, slice, () => Promise.reject(new Error('Nothing is coded.')));
  if (!stored.ok) return stored.error;
  return rescaleToHu(stored.value, slice.rescaleSlope ?? NaN, slice.rescaleIntercept ?? NaN, huTypeOf(slices));
}

function pattern(k: number): number[] {
  return Array.from({ length: 63 }, (_none, n) => huPattern(n % 9, Math.floor(n / 9), k));
}

describe('NIfTI slices in the viewer', () => {
  it('are read one by one, as 16-bit numbers where all values are whole', async () => {
    const hu = await huOf({ numberType: 'int32', isLittleEndian: false }, 7, { isWhole: true, missingVoxels: 0 });
    expect(hu).toBeInstanceOf(Int16Array);
    expect(hu).toEqual(Int16Array.from(pattern(7)));
  });

  it('keep fractions', async () => {
    const valueAt = (i: number, j: number, k: number): number => huPattern(i, j, k) + 0.25;
    const hu = await huOf({ numberType: 'float64', valueAt }, 2, { isWhole: false, missingVoxels: 0 });
    expect(hu).toEqual(Float32Array.from(pattern(2).map((value) => value + 0.25)));
  });

  it('show air where a value is missing, before and after the rescale, whole or not', async () => {
    const valueAt = (i: number, j: number, k: number): number => (i === 3 ? NaN : (huPattern(i, j, k) - 6) / 2);
    const expected = pattern(5).map((value, n) => (n % 9 === 3 ? -1024 : value));
    const nifti = { numberType: 'float32', slope: 2, intercept: 6, valueAt } as const;
    expect(await huOf(nifti, 5, { isWhole: true, missingVoxels: 7 })).toEqual(Int16Array.from(expected));
    expect(await huOf(nifti, 5, { isWhole: false, missingVoxels: 7 })).toEqual(Float32Array.from(expected));
  });

  it('are refused where the file has become shorter', async () => {
    expect(await huOf({}, 11, { isWhole: true, missingVoxels: 0 }, 1500)).toBe('its pixel data is cut off');
  });
});
