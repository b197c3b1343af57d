import { describe, expect, test } from 'vitest';
import { indexToWorld } from '#src/core/geometry/affine.ts';
import { voxelIndex } from '#src/core/geometry/spaces.ts';
import { bytesPerValue, rawValues, type NumberType } from '#src/core/dicom/raw-pixels.ts';
import type { Series } from '#src/core/dicom/series.ts';
import { seededRandom } from '#src/testing/fuzz-random.ts';
import { DEFAULT_NIFTI, huPattern, obliqueSform, writeNifti, type SyntheticNifti } from '#src/testing/synthetic-nifti.ts';
import type { ReadFiles } from '../messages.ts';
import { readFiles } from './read-files.ts';

function open(...files: readonly Partial<SyntheticNifti>[]): Promise<ReadFiles> {
  return openBytes(...files.map((nifti) => writeNifti(nifti)));
}

function openBytes(...files: readonly Uint8Array<ArrayBuffer>[]): Promise<ReadFiles> {
  return readFiles(files.map((bytes, n) => ({ name: `p/ct${n}.nii`, blob: new File([bytes], `ct${n}.nii`) })), () => undefined);
}

function firstOf({ series, problems }: ReadFiles): Series {
  const one = series[0];
  if (one === undefined) throw new Error(problems.map(({ sentence }) => sentence).join(' '));
  return one;
}

function codesOf({ problems }: ReadFiles): string[] {
  return problems.map(({ code }) => code).filter((code) => code !== 'no-ct');
}

/** HU at (i, j, k) of the opened grid, from the bytes behind the slice. */
async function huAt(opened: ReadFiles, i: number, j: number, k: number): Promise<number> {
  const slice = firstOf(opened).slices[k];
  const raw = slice?.raw;
  const blob = opened.blobs[slice?.fileId ?? -1];
  if (slice === undefined || raw === undefined || blob === undefined) throw new Error('No such slice.');
  const length = (slice.columns ?? 0) * (slice.rows ?? 0) * bytesPerValue(raw.numberType);
  const values = rawValues(new Uint8Array(await blob.slice(raw.offsetBytes, raw.offsetBytes + length).arrayBuffer()), raw);
  return (values[j * (slice.columns ?? 0) + i] ?? NaN) * (slice.rescaleSlope ?? NaN) + (slice.rescaleIntercept ?? NaN);
}

/** LPS of a voxel of the file by its sform. */
function lpsBySform(sform: NonNullable<SyntheticNifti['sform']>, i: number, j: number, k: number): number[] {
  return sform.map(([a, b, c, d], axis) => (axis < 2 ? -1 : 1) * (a * i + b * j + c * k + d));
}

/** Every corner and an inner voxel of the file are at their LPS place in the grid, with their value. */
async function expectPlaced(opened: ReadFiles, sform: NonNullable<SyntheticNifti['sform']>, digits = 3): Promise<void> {
  const { grid, slices, problems } = firstOf(opened);
  if (grid === null) throw new Error(problems.map(({ sentence }) => sentence).join(' '));
  const [ni, nj, nk] = grid.sizeVox;
  for (const [i, j, k] of [[0, 0, 0], [ni - 1, 0, 0], [0, nj - 1, 0], [0, 0, nk - 1], [2, 3, 4]] as const) {
    const frame = slices[k]?.frame ?? -1;
    const [x, y, z] = lpsBySform(sform, i, j, frame);
    const place = indexToWorld(grid.indexToWorld, voxelIndex(i, j, k));
    expect(place[0]).toBeCloseTo(x ?? NaN, digits);
    expect(place[1]).toBeCloseTo(y ?? NaN, digits);
    expect(place[2]).toBeCloseTo(z ?? NaN, digits);
    expect(await huAt(opened, i, j, k)).toBeCloseTo(huPattern(i, j, frame), 3);
  }
}

const SFORM = obliqueSform([0.8, 1.1, 2.5], [31.5, -17.25, -840.5]);

describe('NIfTI geometry', () => {
  test.each([1, 2] as const)('should open an oblique NIfTI-%s where its sform places it', async (version) => {
    const opened = await open({ version });
    const { grid, modality, description } = firstOf(opened);
    expect(grid?.sizeVox).toEqual([9, 7, 12]);
    [0.8, 1.1, 2.5].forEach((mm, axis) => expect(grid?.spacingMm[axis]).toBeCloseTo(mm, 5));
    expect([modality, description]).toEqual(['CT', 'ct0']);
    expect(codesOf(opened)).toEqual([]);
    await expectPlaced(opened, SFORM);
  });

  test.each([1, 2] as const)('should read big-endian NIfTI-%s', async (version) => {
    await expectPlaced(await open({ version, isLittleEndian: false }), SFORM);
  });

  test.each([1, 2] as const)('should believe the sform of NIfTI-%s where the qform says something else, whatever their codes', async (version) => {
    await expectPlaced(await open({ version, qform: { quaternion: [0, 0, 1], offset: [5, 6, 7], code: 4 } }), SFORM);
  });

  test.each([1, 2] as const)('should use the qform of NIfTI-%s where there is no sform', async (version) => {
    // A turn of 30° about the long axis, k reversed by the handedness factor.
    const quaternion = [0, 0, Math.sin(Math.PI / 12)] as const;
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const same = [[0.8 * cos, -1.1 * sin, 0, 31.5], [0.8 * sin, 1.1 * cos, 0, -17.25], [0, 0, -2.5, -840.5]] as const;
    await expectPlaced(await open({ version, sform: null, qform: { quaternion, offset: [31.5, -17.25, -840.5] }, pixdim: [-1, 0.8, 1.1, 2.5] }), same);
  });

  test('should sort the slices of a left-handed grid along their normal, each with its own values', async () => {
    const sform = [[-0.8, 0, 0, 31.5], [0, 1.1, 0, -17.25], [0, 0, 2.5, -840.5]] as const;
    const opened = await open({ sform });
    expect(firstOf(opened).slices.map(({ frame }) => frame)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    await expectPlaced(opened, sform);
  });

  test('should read sagittal slices stored from front to back', async () => {
    const sform = [[0, 0, 2.5, -14], [-0.8, 0, 0, 31.5], [0, -1.1, 0, -840.5]] as const;
    await expectPlaced(await open({ sform }), sform);
  });

  test('should take a grid that is sheared along k for a tilted gantry, and refuse one sheared in its slices', async () => {
    const tilted = await open({ sform: [[0.8, 0, 0, 31.5], [0, 1.1, 0.7, -17.25], [0, 0, 2.4, -840.5]] });
    expect(firstOf(tilted).problems.map(({ code, effect }) => [code, effect])).toContainEqual(['gantry-tilt', 'note']);
    const skewed = firstOf(await open({ sform: [[0.8, 0.2, 0, 31.5], [0, 1.1, 0, -17.25], [0, 0, 2.5, -840.5]] }));
    expect(skewed.problems.map(({ code }) => code)).toEqual(['bad-orientation']);
    expect(skewed.grid).toBeNull();
  });

  test('should convert metres to millimetres', async () => {
    const metres = SFORM.map((row) => row.map((value) => value / 1000)) as unknown as typeof SFORM;
    await expectPlaced(await open({ version: 2, units: 1, sform: metres }), SFORM);
  });
});

describe('NIfTI values', () => {
  const types: readonly [NumberType, number, number][] = [
    ['int16', 1, 0], ['int32', 1, 0], ['float32', 1, 0], ['float64', 1, 0], ['uint16', 1, -1024], ['uint32', 1, -2000], ['int16', 0.5, -10], ['float32', 2, 3],
  ];

  test.each(types)('should read %s with slope %s and intercept %s in both byte orders', async (numberType, slope, intercept) => {
    for (const isLittleEndian of [true, false]) {
      const valueAt = (i: number, j: number, k: number): number => (huPattern(i, j, k) - intercept) / slope;
      await expectPlaced(await open({ numberType, slope, intercept, isLittleEndian, valueAt }), SFORM);
    }
  });

  test.each([['int8', 10, 0], ['uint8', 8, -1000]] as const)('should read %s where a slope stretches it to HU', async (numberType, slope, intercept) => {
    const stored = (i: number, j: number, k: number): number => Math.round((huPattern(i, j, k) - intercept) / slope);
    const opened = await open({ numberType, slope, intercept, valueAt: stored });
    expect(await huAt(opened, 2, 3, 4)).toBe(stored(2, 3, 4) * slope + intercept);
  });

  test.each([0, Number.NaN])('should take a slope of %s for none', async (slope) => {
    await expectPlaced(await open({ slope, intercept: 500 }), SFORM);
  });

  test('should know whole from fractional values and count those that are missing', async () => {
    const factsOf = async (nifti: Partial<SyntheticNifti>) => firstOf(await open(nifti)).slices[0]?.raw;
    expect(await factsOf({ numberType: 'float32' })).toMatchObject({ isWhole: true, missingVoxels: 0 });
    expect(await factsOf({ numberType: 'float64', valueAt: (i, j, k) => huPattern(i, j, k) + 0.25 })).toMatchObject({ isWhole: false, missingVoxels: 0 });
    const holes = await open({ numberType: 'float32', valueAt: (i, j, k) => (k === 3 ? NaN : i === 0 && j === 0 && k === 0 ? -Infinity : huPattern(i, j, k)) });
    expect(firstOf(holes).slices[0]?.raw).toMatchObject({ isWhole: true, missingVoxels: 64 });
    expect(firstOf(holes).problems.find(({ code }) => code === 'missing-values')?.sentence).toContain('64 voxels without a value');
  });

  test('should skip what stands between header and voxels', async () => {
    await expectPlaced(await open({ offsetBytes: 1024 }), SFORM);
  });
});

describe('what NIfTI lacks', () => {
  test('should be said beside the series and be unknown, not guessed', async () => {
    const { acquisition, problems, studyInstanceUid } = firstOf(await open({}));
    expect(acquisition).toEqual({ kvp: null, sliceThicknessMm: null, kernel: null, contrast: null });
    expect(studyInstanceUid).toBeNull();
    expect(problems.map(({ code, effect }) => [code, effect])).toEqual([['nifti', 'note']]);
    for (const fact of ['tube voltage', 'kernel', 'slice thickness', 'contrast', 'sex', 'age']) expect(problems[0]?.sentence).toContain(fact);
  });

  test('should get the same series UID whenever the same scan is opened, and another one for another scan', async () => {
    const uidOf = async (nifti: Partial<SyntheticNifti>) => firstOf(await open(nifti)).seriesInstanceUid;
    const uid = await uidOf({});
    expect(uid).toMatch(/^2\.25\.\d{20,39}$/);
    expect(await uidOf({})).toBe(uid);
    // The same grid and the same range of values: only the voxels differ, as in a follow-up resampled onto the first scan.
    expect(await uidOf({ valueAt: (i, j, k) => huPattern(i, j, k) + (i === 4 && j === 4 && k === 4 ? 1 : 0) })).not.toBe(uid);
    expect(await uidOf({ sform: obliqueSform([0.8, 1.1, 2.5], [31.5, -17.25, -840]) })).not.toBe(uid);
  });

  test('should keep two files apart and know a copy', async () => {
    const opened = await open({}, { valueAt: (i, j, k) => huPattern(i, j, k) + 1 }, {});
    expect(opened.series.map(({ slices }) => slices.length)).toEqual([12, 12]);
    expect(opened.problems.map(({ code, fileNames }) => [code, fileNames])).toEqual([['duplicate-file', ['p/ct2.nii']]]);
  });
});

describe('NIfTI that is no CT to be opened', () => {
  const refused: readonly [string, string, Partial<SyntheticNifti>][] = [
    ['several volumes', 'nifti-volumes', { more: [3] }],
    ['several channels', 'nifti-volumes', { more: [1, 3] }],
    ['colour', 'nifti-colour', { code: [128, 24] }],
    ['64-bit integers', 'nifti-number-type', { code: [1024, 64] }],
    ['complex numbers', 'nifti-number-type', { code: [32, 64] }],
    ['no orientation', 'nifti-no-orientation', { sform: null }],
    ['a flat sform', 'nifti-no-orientation', { sform: [[0.8, 0, 0, 0], [0, 1.1, 0, 0], [0, 0, 0, 0]] }],
    ['a sform that is not a number', 'nifti-no-orientation', { sform: [[0.8, 0, 0, 0], [0, NaN, 0, 0], [0, 0, 2.5, 0]] }],
    ['the header half of a pair', 'nifti-pair', { magic: 'ni1\0' }],
    ['a label mask', 'nifti-labels', { numberType: 'uint8', valueAt: (_i, _j, k) => (k === 5 ? 22 : 0) }],
    ['a label mask in floats', 'nifti-labels', { numberType: 'float32', valueAt: (i) => i % 4 }],
    ['a mask by its intent', 'nifti-labels', { intent: 1002 }],
    ['an empty picture', 'nifti-labels', { valueAt: () => 0 }],
    ['values from 0 to 1', 'nifti-not-hu', { numberType: 'float32', valueAt: (i, j, k) => (huPattern(i, j, k) + 1000) / 2000 }],
    ['values around 0', 'nifti-not-hu', { numberType: 'float32', valueAt: (i, j, k) => huPattern(i, j, k) / 500 }],
    ['an MR or a CT without its offset', 'nifti-not-hu', { valueAt: (i, j, k) => huPattern(i, j, k) + 1024 }],
    ['256 greys', 'nifti-not-hu', { numberType: 'uint8', valueAt: (i, j, k) => (i + 9 * j + 63 * k) % 256 }],
    ['nothing but NaN', 'nifti-not-hu', { numberType: 'float32', valueAt: () => NaN }],
  ];

  test.each(refused)('should be told of %s in one sentence', async (_what, code, nifti) => {
    const opened = await open(nifti);
    expect(codesOf(opened)).toEqual([code]);
    expect(opened.series).toEqual([]);
    expect(opened.problems.find((problem) => problem.code === code)?.sentence).toMatch(/^p\/ct0\.nii .*\.$/);
  });

  test('should be read all the same with a fourth dimension of 1', async () => {
    await expectPlaced(await open({ more: [1, 1] }), SFORM);
  });

  test('should be told that it is cut off, lies about its size or ends in its header', async () => {
    const whole = writeNifti();
    for (const bytes of [whole.slice(0, -1), whole.slice(0, 360), whole.slice(0, 348)]) expect(codesOf(await openBytes(bytes))).toEqual(['nifti-broken']);
    const negative = writeNifti();
    new DataView(negative.buffer).setInt16(44, -7, true);
    expect(codesOf(await openBytes(negative))).toEqual(['nifti-broken']);
    expect(codesOf(await openBytes(whole.slice(0, 200)))).toEqual(['nifti-broken']);
  });

  test('should end in a series or a sentence, whatever is damaged', async () => {
    const random = seededRandom(7);
    let opens = 0;
    for (let n = 0; n < 400; n += 1) {
      const bytes = writeNifti({ version: n % 2 === 0 ? 1 : 2, isLittleEndian: n % 3 > 0, numberType: n % 5 === 0 ? 'float64' : 'int16' });
      for (let damage = random.below(4); damage >= 0; damage -= 1) bytes[4 + random.below(540)] = random.below(256);
      const { series, problems } = await openBytes(bytes);
      expect(series.length + problems.length).toBeGreaterThan(0);
      if (series.some(({ grid }) => grid !== null)) opens += 1;
    }
    // Damage to texts and unused fields must not keep a file from opening, or nothing was tried.
    expect(opens).toBeGreaterThan(100);
  });

  test('should hold the default values between air and bone', () => {
    expect(DEFAULT_NIFTI.valueAt(0, 0, 0)).toBeLessThan(-900);
    expect(DEFAULT_NIFTI.valueAt(8, 6, 11)).toBeGreaterThan(800);
  });
});
