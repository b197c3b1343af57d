import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasTestData, loadNifti, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { makeAffine, spacingOf } from '../geometry/affine.ts';
import { distanceMm, worldPoint } from '../geometry/spaces.ts';
import type { SeriesGrid } from '../dicom/series.ts';
import { readVerseCentroids } from './verse-centroids.ts';

/** An axial DICOM-like grid: i to the left, j posterior, k superior. */
const spacingMm = [0.8, 0.9, 2.5] as const;
const grid: SeriesGrid = {
  sizeVox: [200, 180, 70],
  spacingMm,
  indexToWorld: makeAffine(worldPoint(-80, -160, 500), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], spacingMm),
};

/** The same place told in the axes P, I, R of the grid above: (j, size − 1 − k, size − 1 − i). */
const file = [
  { direction: ['P', 'I', 'R'] },
  { label: 20, X: 100, Y: 30, Z: 101.5 },
  { label: 21, X: 102, Y: 43.4, Z: 100.5 },
  { label: 3, X: 5, Y: 1, Z: 2 },
];

function change(index: number, item: object): unknown[] {
  return file.map((old, at) => (at === index ? { ...old, ...item } : old));
}

function refusal(json: unknown, where = grid): string {
  const read = readVerseCentroids(json, where);
  if (read.ok) throw new Error('The file was accepted.');
  return `${read.error.code}: ${read.error.sentence}`;
}

describe('readVerseCentroids', () => {
  it('turns voxel indices in the axes of the file into LPS on the grid of the series', () => {
    const read = readVerseCentroids(file, grid);
    if (!read.ok) throw new Error(read.error.sentence);
    expect(read.value.picks.map(({ level, state }) => `${level} ${state}`)).toEqual(['L1 proposed', 'L2 proposed']);
    const [first] = read.value.picks;
    // i = 199 − 101.5, j = 100, k = 69 − 30
    expect(first?.centreLps[0]).toBeCloseTo(-80 + 97.5 * 0.8, 9);
    expect(first?.centreLps[1]).toBeCloseTo(-160 + 100 * 0.9, 9);
    expect(first?.centreLps[2]).toBeCloseTo(500 + 39 * 2.5, 9);
  });

  it('takes T13, L6 and S1 as picks, counts the gaps with them and tells of the first two', () => {
    const extra = [
      { direction: ['P', 'I', 'R'] }, { label: 28, X: 100, Y: 17, Z: 101 }, { label: 20, X: 100, Y: 30, Z: 101 },
      { label: 24, X: 100, Y: 43, Z: 101 }, { label: 19, X: 99, Y: 5, Z: 101 }, { label: 26, X: 110, Y: 66, Z: 101 }, { label: 25, X: 100, Y: 55, Z: 101 },
    ];
    const withoutMiddle = extra.filter(({ label }) => label !== 24);
    expect(refusal(withoutMiddle)).toContain('L1 and L6 are');
    const shortSpine = extra.filter(({ label }) => label !== 20);
    expect(readVerseCentroids(shortSpine, grid)).toMatchObject({ ok: false });
    const upper = readVerseCentroids(extra.filter(({ label }) => label === undefined || [28, 19, 20].includes(label)), grid);
    expect(upper).toMatchObject({ ok: true, value: { picks: [{ level: 'T12' }, { level: 'T13' }, { level: 'L1' }], extraVertebrae: ['T13'] } });
    const lower = readVerseCentroids(extra.filter(({ label }) => label === undefined || label > 23 && label < 27), grid);
    expect(lower).toMatchObject({ ok: true, value: { picks: [{ level: 'L5' }, { level: 'L6' }, { level: 'S1' }], extraVertebrae: ['L6'] } });
  });

  it('leaves out a sacrum whose centre is not that of S1', () => {
    const sacrum = [file[0], { label: 24, X: 100, Y: 20, Z: 101 }, { label: 26, X: 130, Y: 45, Z: 101 }];
    expect(readVerseCentroids(sacrum, grid)).toMatchObject({ ok: true, value: { picks: [{ level: 'L5' }] } });
  });

  it('refuses what is no centroid file, and names the bad item', () => {
    expect(refusal({})).toContain('not a list');
    expect(refusal([{ direction: ['P', 'I'] }])).toContain('axis directions');
    expect(refusal(change(2, { Y: 'x' }))).toContain('item 3 lacks a number in its field Y');
    expect(refusal(change(2, { label: 20 }))).toContain('L1 twice');
    expect(refusal([file[0], { label: 3, X: 1, Y: 1, Z: 1 }])).toMatch(/^verse-no-levels/);
  });

  it('refuses to place a file of another scan', () => {
    expect(refusal(change(1, { X: 190 }))).toContain('outside the scan');
    expect(refusal(change(2, { Y: 60 }))).toMatch(/^verse-not-placed.*apart/);
    expect(refusal(change(0, { zoom: [1, 2.5, 0.8] }))).toContain('voxel size differs');
    expect(refusal(change(0, { shape: [180, 70, 201] }))).toContain('number of voxels differs');
    const agreeing = change(0, { zoom: [0.9, 2.5, 0.8], shape: [180, 70, 200] });
    expect(readVerseCentroids(agreeing, grid).ok).toBe(true);
  });

  it('refuses a scan too oblique to match axes, and axes that repeat', () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const indexToWorld = makeAffine(worldPoint(-80, -160, 500), [[c, s, 0], [-s, c, 0], [0, 0, 1]], spacingMm);
    expect(refusal(file, { ...grid, indexToWorld })).toMatch(/^verse-not-placed/);
    expect(refusal(change(0, { direction: ['P', 'A', 'R'] }))).toMatch(/^verse-not-placed/);
  });
});

describe.skipIf(!hasTestData('shapes'))(`VerSe files (skipped where ${NO_TEST_DATA})`, () => {
  it.each([['verse004', 9], ['verse010', 5]] as const)('%s: every centroid lies in its own vertebra of the mask', (name, count) => {
    const mask = loadNifti('shapes', name, `sub-${name}_seg-vert_msk.nii.gz`);
    const json = JSON.parse(readFileSync(testDataPath('shapes', name, `sub-${name}_seg-subreg_ctd.json`), 'utf8')) as { label: number; X: number; Y: number; Z: number }[];
    const read = readVerseCentroids(json, { sizeVox: mask.sizeVox, spacingMm: spacingOf(mask.indexToWorld), indexToWorld: mask.indexToWorld });
    if (!read.ok) throw new Error(read.error.sentence);
    expect(read.value.picks).toHaveLength(count);
    for (const { label, X, Y, Z } of json.slice(1)) {
      const [i, j, k] = [X, Y, Z].map(Math.round) as [number, number, number];
      expect(mask.readBlock({ min: [i, j, k], max: [i + 1, j + 1, k + 1] }).valuesHu[0]).toBe(label);
    }
    const [upper, lower] = read.value.picks;
    expect(upper && lower && distanceMm(upper.centreLps, lower.centreLps)).toBeGreaterThan(20);
  });
});
