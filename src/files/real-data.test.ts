import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { indexToWorld } from '#src/core/geometry/affine.ts';
import { voxelIndex } from '#src/core/geometry/spaces.ts';
import { bytesPerValue, rawValues } from '#src/core/dicom/raw-pixels.ts';
import { hasTestData, loadNifti, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import type { FileEntry } from './file-entry.ts';
import { readFiles } from './worker/read-files.ts';

const isHere = hasTestData('ct') && hasTestData('edge');

function entriesUnder(folder: string): FileEntry[] {
  const base = testDataPath(folder);
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(base, path), blob: new File([readFileSync(path)], path) }));
}

/** `world` is where pydicom 3 places `index`: position of the slice with that rank along the normal, plus its pixel axes. */
const CTS = [
  { folder: 'ct/lidc-0314-chest', sizeVox: [512, 512, 275], spacingMm: [0.78125, 0.78125, 1], index: [100, 37, 203], world: [-122.875, -30.09375, -476.800049], notes: ['frames-of-reference'] },
  { folder: 'ct/ts-slab-j2k', sizeVox: [512, 512, 20], spacingMm: [0.9765625, 0.9765625, 2], index: [301, 44, 13], world: [44.43359375, -394.54296875, -778.5], notes: ['no-series-uid'] },
  { folder: 'ct/lung-dx-8mm', sizeVox: [512, 512, 30], spacingMm: [0.646484375, 0.646484375, 8], index: [17, 402, 21], world: [-162.18652344, -34.29003906, 248], notes: [] },
] as const;

describe.skipIf(!isHere)(isHere ? 'real files' : `real files: ${NO_TEST_DATA}`, () => {
  test.each(CTS)('should open $folder as one grid where pydicom places it', async ({ folder, sizeVox, spacingMm, index, world, notes }) => {
    const { series, problems, blobs } = await readFiles(entriesUnder(folder), () => undefined);
    expect(series).toHaveLength(1);
    expect(problems).toEqual([]);
    expect(blobs).toHaveLength(sizeVox[2]);
    const grid = series[0]?.grid;
    expect(grid?.sizeVox).toEqual(sizeVox);
    spacingMm.forEach((mm, axis) => expect(grid?.spacingMm[axis]).toBeCloseTo(mm, 6));
    indexToWorld(grid?.indexToWorld ?? [], voxelIndex(index[0], index[1], index[2])).forEach((mm, axis) => expect(mm).toBeCloseTo(world[axis] ?? 0, 4));
    expect(series[0]?.problems.map((problem) => problem.code)).toEqual(notes);
  });

  test('should tell the five CTs apart in one drop and leave the label masks aside', async () => {
    const { series, problems } = await readFiles(entriesUnder('ct'), () => undefined);
    expect(series.map((one) => [one.slices.length, one.grid !== null])).toEqual(expect.arrayContaining([[275, true], [112, true], [73, true], [30, true], [20, true]]));
    expect(series).toHaveLength(5);
    expect(problems.map((problem) => [problem.code, problem.fileNames.length])).toEqual([['nifti-labels', 4]]);
  });

  test.each([
    { file: 'ct/ts-example/ct.nii.gz', voxel: [70, 41, 88] },
    { file: 'ct/tptbox-l3/sub-ct_label-22_ct.nii.gz', voxel: [30, 20, 61] },
  ])('should place and scale $file as another reader does', async ({ file, voxel }) => {
    const parts = file.split('/');
    const { series, blobs } = await readFiles([{ name: 'ct.nii.gz', blob: new File([readFileSync(testDataPath(...parts))], 'ct.nii.gz') }], () => undefined);
    const one = series[0];
    const reference = loadNifti(...parts);
    const [i, j, k] = [voxel[0] ?? 0, voxel[1] ?? 0, voxel[2] ?? 0];
    const sorted = one?.slices.findIndex(({ frame }) => frame === k) ?? -1;
    const slice = one?.slices[sorted];
    if (!one?.grid || slice?.raw === undefined) throw new Error('Not opened.');
    const place = indexToWorld(one.grid.indexToWorld, voxelIndex(i, j, sorted));
    indexToWorld(reference.indexToWorld, voxelIndex(i, j, k)).forEach((mm, axis) => expect(place[axis]).toBeCloseTo(mm, 3));
    const [columns, rows] = one.grid.sizeVox;
    const length = columns * rows * bytesPerValue(slice.raw.numberType);
    const bytes = await blobs[slice.fileId]?.slice(slice.raw.offsetBytes, slice.raw.offsetBytes + length).arrayBuffer();
    const values = rawValues(new Uint8Array(bytes ?? new ArrayBuffer(0)), slice.raw);
    expect([...values]).toEqual(Array.from(reference.valuesHu.subarray(k * columns * rows, (k + 1) * columns * rows)));
  });

  test('should list the tilted head scan by its two slice distances, each shifted onto its own grid and marked', async () => {
    const { series } = await readFiles(entriesUnder('edge/tilt-ge'), () => undefined);
    expect(series.map((one) => [one.slices.length, one.label, one.grid?.spacingMm[2].toFixed(1), one.grid?.shear !== undefined])).toEqual([
      [14, '7 mm thick', '7.0', true],
      [14, '4 mm thick', '4.0', true],
    ]);
    for (const one of series) expect(one.problems.find((problem) => problem.code === 'gantry-tilt')?.sentence).toContain('18.5°');
  });

  test('should have each awkward file in a series or in a sentence, and open none but the tilted head scan', async () => {
    const entries = entriesUnder('edge');
    const { series, problems } = await readFiles(entries, () => undefined);
    const told = new Set([
      ...series.flatMap((one) => one.slices.map((slice) => slice.fileName)),
      ...problems.flatMap((problem) => problem.fileNames),
    ]);
    expect(entries.map((entry) => entry.name).filter((name) => !told.has(name))).toEqual([]);
    expect(series.filter((one) => one.grid !== null).map((one) => one.slices.every(({ fileName }) => fileName.startsWith('tilt-ge/')))).toEqual([true, true]);
    for (const one of series.filter(({ grid }) => grid === null)) {
      expect(one.problems.some((problem) => problem.effect === 'refuse'), one.id).toBe(true);
    }
    const sentences = [...series.flatMap((one) => one.problems), ...problems].map((problem) => problem.sentence);
    for (const sentence of sentences) expect(sentence).toMatch(/^[^]+\.$/);
  });
});
