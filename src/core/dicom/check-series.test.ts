import { describe, expect, test } from 'vitest';
import { normalOf, type SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { indexToWorld } from '../geometry/affine.ts';
import { voxelIndex } from '../geometry/spaces.ts';
import { middleSlice } from './check-series.ts';
import { makeSeriesList } from './make-series.ts';
import type { Series } from './series.ts';

type Vector = readonly [number, number, number];

function seriesOf(overrides: Partial<SyntheticCt> = {}): readonly Series[] {
  return makeSeriesList(syntheticHeaders(overrides)).series;
}

function only(series: readonly Series[]): Series {
  expect(series).toHaveLength(1);
  const first = series[0];
  if (first === undefined) throw new Error('No series.');
  return first;
}

function codes(series: Series): string[] {
  return series.problems.map((problem) => problem.code);
}

function shifted(position: Vector, by: Vector): Vector {
  return [position[0] + by[0], position[1] + by[1], position[2] + by[2]];
}

/** Rotated about z and then about x: orthonormal, and only one component is 0. */
const [c1, s1, c2, s2] = [Math.cos(0.5), Math.sin(0.5), Math.cos(0.35), Math.sin(0.35)];
const OBLIQUE: SyntheticCt['directions'] = [
  [c1, s1 * c2, s1 * s2],
  [-s1, c1 * c2, c1 * s2],
];

describe('a regular stack', () => {
  test('should be a grid whose affine places each pixel where its header does, oblique and shuffled', () => {
    const headers = syntheticHeaders({ directions: OBLIQUE, spacingMm: [0.8, 1.1, 2.5] });
    const shuffled = headers.toSorted((a, b) => ((a.instanceNumber ?? 0) * 5) % 12 - ((b.instanceNumber ?? 0) * 5) % 12);
    const series = only(makeSeriesList(shuffled).series);
    expect(series.problems).toEqual([]);
    expect(series.grid?.sizeVox).toEqual([9, 7, 12]);
    series.grid?.spacingMm.forEach((mm, axis) => expect(mm).toBeCloseTo([0.8, 1.1, 2.5][axis] ?? 0, 5));
    const normal = normalOf({ directions: OBLIQUE });
    const [i, j, k] = [4, 6, 9];
    const expected = [0, 1, 2].map((axis) =>
      ([-31.5, 17.25, -840.5][axis] ?? 0) + 0.8 * i * (OBLIQUE[0][axis] ?? 0) + 1.1 * j * (OBLIQUE[1][axis] ?? 0) + 2.5 * k * (normal[axis] ?? 0));
    const world = indexToWorld(series.grid?.indexToWorld ?? [], voxelIndex(i, j, k));
    world.forEach((mm, axis) => expect(mm).toBeCloseTo(expected[axis] ?? 0, 4));
  });

  test('should be sorted along the cross product of row and column, whatever the scan direction', () => {
    // Feet-first order: the files run against the normal.
    const series = only(seriesOf({ change: (k, [x, y]) => ({ ImagePositionPatient: [x, y, -840.5 - 2.5 * k] }) }));
    expect(series.slices.map((slice) => slice.instanceNumber)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(series.grid?.indexToWorld[11]).toBeCloseTo(-840.5 - 27.5, 6);
    // A flipped column direction turns the normal round: z then falls with k.
    const flipped = only(seriesOf({ directions: [[1, 0, 0], [0, -1, 0]] }));
    expect(flipped.grid?.indexToWorld[10]).toBeCloseTo(-2.5, 6);
  });

  test('should pass with overlapping slices, rounded positions and spacing within tolerance', () => {
    const overlapping = only(seriesOf({ spacingMm: [0.8, 1.1, 2], sliceThicknessMm: 3 }));
    expect(overlapping.grid?.spacingMm[2]).toBeCloseTo(2, 6);
    const rounded = only(seriesOf({ change: (k, [x, y, z]) => ({ ImagePositionPatient: [x, y, z + (k % 2) * 0.02] }) }));
    expect(codes(rounded)).toEqual([]);
  });

  test('should be opened with a note when every slice has its own frame of reference', () => {
    const series = only(seriesOf({ change: (k) => ({ FrameOfReferenceUID: `1.2.3.${k}` }) }));
    expect(series.grid).not.toBeNull();
    expect(series.problems).toMatchObject([{ code: 'frames-of-reference', effect: 'note' }]);
  });

  test('should be opened with a note when it has no series UID', () => {
    const series = only(seriesOf({ change: () => ({ StudyInstanceUID: '', SeriesInstanceUID: '', SOPInstanceUID: '' }) }));
    expect(series.grid).not.toBeNull();
    expect(codes(series)).toEqual(['no-series-uid']);
  });

  test('should carry a note when the header speaks of tilt and the positions do not', () => {
    expect(codes(only(seriesOf({ change: () => ({ GantryDetectorTilt: -12 }) })))).toEqual(['tilt-in-header']);
    expect(codes(only(seriesOf({ change: () => ({ GantryDetectorTilt: 0.2 }) })))).toEqual([]);
  });

  test('should be opened with a note when its series also holds a localizer', () => {
    const localizer = { sizeVox: [9, 7, 1], change: () => ({ ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'], SOPInstanceUID: '1.2.3' }) } as const;
    const { series } = makeSeriesList([...syntheticHeaders(localizer), ...syntheticHeaders()]);
    expect(series.map((one) => [one.grid !== null, codes(one)])).toEqual([[true, ['series-split']], [false, ['localizer']]]);
  });

  test('should show its middle slice', () => {
    expect(middleSlice(only(seriesOf())).instanceNumber).toBe(7);
    expect(middleSlice(only(seriesOf({ sizeVox: [9, 7, 1] }))).instanceNumber).toBe(1);
  });
});

describe('an irregular stack', () => {
  test('should get a straight grid through its middle slice for gantry tilt, and a note that names the angle', () => {
    const shear = 2.5 * Math.tan((15 * Math.PI) / 180);
    const series = only(seriesOf({ change: (k, position) => ({ ImagePositionPatient: shifted(position, [0, k * shear, 0]), GantryDetectorTilt: -15 }) }));
    expect(codes(series)).toEqual(['gantry-tilt']);
    expect(series.problems[0]).toMatchObject({ effect: 'note', sentence: expect.stringContaining('15.0°') });
    expect(series.grid?.spacingMm[2]).toBeCloseTo(2.5, 6);
    expect(series.grid?.shear?.straightSlice).toBe(6);
    expect(series.grid?.shear?.pixelsPerSlice[0]).toBeCloseTo(0, 9);
    expect(series.grid?.shear?.pixelsPerSlice[1]).toBeCloseTo(shear / 1.1, 6);
    const middle = series.slices[6]?.imagePositionPatient ?? [0, 0, 0];
    const onGrid = indexToWorld(series.grid?.indexToWorld ?? [], voxelIndex(0, 0, 6));
    for (const axis of [0, 1, 2] as const) expect(onGrid[axis]).toBeCloseTo(middle[axis], 4);
  });

  test('should not take a drift below half a pixel for tilt', () => {
    expect(codes(only(seriesOf({ change: (k, position) => ({ ImagePositionPatient: shifted(position, [0, k * 0.03, 0]) }) })))).toEqual([]);
  });

  test('should be refused when one slice lies sideways', () => {
    const series = only(seriesOf({ change: (k, position) => ({ ImagePositionPatient: shifted(position, [k === 5 ? 4 : 0, 0, 0]) }) }));
    expect(codes(series)).toEqual(['shifted-slices']);
  });

  test('should be refused for a step that is neither the spacing nor a hole', () => {
    const series = only(seriesOf({ change: (k, [x, y, z]) => ({ ImagePositionPatient: [x, y, z + (k > 5 ? 0.8 : 0)] }) }));
    expect(codes(series)).toEqual(['uneven-spacing']);
    expect(series.problems[0]?.sentence).toContain('2.5 to 3.3 mm');
  });

  test('should be refused where small steps of one sign add up', () => {
    // Each step is within 0.05 mm of the median, yet the middle lies 1 mm off: an average spacing would hide it.
    const z = (k: number): number => (k < 50 ? k : 50 + (k - 50) * 1.04);
    const series = only(seriesOf({ sizeVox: [9, 7, 100], spacingMm: [0.8, 1.1, 1], change: (k, [x, y]) => ({ ImagePositionPatient: [x, y, z(k)] }) }));
    expect(codes(series)).toEqual(['uneven-spacing']);
  });

  test('should be refused when slices lie on each other and nothing tells them apart', () => {
    const series = only(seriesOf({ change: (k, [x, y]) => ({ ImagePositionPatient: [x, y, 2.5 * Math.floor(k / 2)] }) }));
    expect(series.grid).toBeNull();
    expect(codes(series)).toEqual(['duplicate-positions']);
    expect(series.problems[0]?.sentence).toContain('6 slices');
  });

  test('should be listed in two parts around a missing slice, both openable, the hole named in each', () => {
    const series = seriesOf({ sizeVox: [9, 7, 24], change: (k) => (k === 11 ? null : {}) });
    expect(series.map((part) => [part.slices.length, part.grid?.sizeVox[2], codes(part)])).toEqual([
      [12, 12, ['missing-slices']],
      [11, 11, ['missing-slices']],
    ]);
    expect(series[0]?.problems[0]?.sentence).toContain('lacks 1 slice between -815.5 and -810.5 mm');
    expect(new Set(series.map((part) => part.id)).size).toBe(2);
    expect(series.map(({ part }) => part)).toEqual([
      { number: 2, count: 2, firstSlice: 13, lastSlice: 24, totalSlices: 24, ends: [{ side: 'first', kind: 'missing', missing: 1 }] },
      { number: 1, count: 2, firstSlice: 1, lastSlice: 11, totalSlices: 24, ends: [{ side: 'last', kind: 'missing', missing: 1 }] },
    ]);
    // Every slice lies where its header puts it: nothing was moved to close the gap.
    for (const part of series) {
      part.slices.forEach((slice, k) => {
        const onGrid = indexToWorld(part.grid?.indexToWorld ?? [], voxelIndex(0, 0, k));
        onGrid.forEach((mm, axis) => expect(mm).toBeCloseTo(slice.imagePositionPatient?.[axis] ?? Number.NaN, 4));
      });
    }
  });

  test('should keep the larger part openable when the other is too short', () => {
    const series = seriesOf({ sizeVox: [9, 7, 16], change: (k) => (k === 13 || k === 12 ? null : {}) });
    expect(series.map((part) => [part.slices.length, part.grid !== null])).toEqual([[12, true], [2, false]]);
    expect(series[0]?.problems[0]?.sentence).toContain('lacks 2 slices');
    expect(series[1] && codes(series[1])).toEqual(['too-few-slices']);
    expect(series[1]?.problems[0]?.sentence).toContain('has 2 slices beside its parts');
    expect(series[0]?.part).toMatchObject({ number: 1, count: 1, firstSlice: 1, lastSlice: 12, totalSlices: 16 });
  });

  test('should be listed in parts of one slice distance each when the distance changes', () => {
    // The first 16 slices at 2.5 mm, then every other one: the slice between belongs to the longer part.
    const series = seriesOf({ sizeVox: [9, 7, 34], change: (k) => (k > 15 && k % 2 === 1 ? null : {}) });
    expect(series.map((part) => [part.slices.length, part.grid?.spacingMm[2].toFixed(3), codes(part)])).toEqual([
      [17, '2.500', ['slice-distance']],
      [8, '5.000', ['slice-distance']],
    ]);
    expect(series[0]?.problems[0]?.sentence).toContain('changes its slice distance from 2.5 to 5 mm between -800.5 and -795.5 mm');
    expect(series[0]?.part?.ends).toEqual([{ side: 'last', kind: 'spacing', missing: 0 }]);
  });

  test('should be listed in parts around one uneven step', () => {
    const series = seriesOf({ sizeVox: [9, 7, 30], change: (k, [x, y, z]) => ({ ImagePositionPatient: [x, y, z + (k > 13 ? 0.8 : 0)] }) });
    expect(series.map((part) => [part.slices.length, codes(part)])).toEqual([[16, ['slice-distance']], [14, ['slice-distance']]]);
    expect(series[0]?.problems[0]?.sentence).toContain('one uneven step of 3.3 mm');
  });

  test('should be refused when its distances have no order', () => {
    const heights = Array.from({ length: 40 }, (_, k) => 2.5 * k + 0.6 * Math.sin(k * k));
    const series = only(seriesOf({ sizeVox: [9, 7, 40], change: (k, [x, y]) => ({ ImagePositionPatient: [x, y, heights[k]] }) }));
    expect(series.grid).toBeNull();
    expect(codes(series)).toEqual(['uneven-spacing']);
  });

  test('should keep a tilted part tilted and each part at its own tilt', () => {
    const shear = 2.5 * Math.tan((18.5 * Math.PI) / 180);
    const tilted = seriesOf({ sizeVox: [9, 7, 30], change: (k, position) => (k === 14 ? null : { ImagePositionPatient: shifted(position, [0, k * shear, 0]) }) });
    expect(tilted.map((part) => [part.slices.length, codes(part)])).toEqual([[15, ['missing-slices', 'gantry-tilt']], [14, ['missing-slices', 'gantry-tilt']]]);
  });

  test.each([
    ['seven slices', { sizeVox: [9, 7, 7], spacingMm: [0.8, 1.1, 5] }],
    ['15 mm', { sizeVox: [9, 7, 20], spacingMm: [0.8, 1.1, 0.75] }],
    ['a single slice', { sizeVox: [9, 7, 1] }],
  ] as const)('should be refused with %s', (_, overrides) => {
    expect(codes(only(seriesOf(overrides)))).toEqual(['too-few-slices']);
  });
});

describe('images that are no CT slices in the patient', () => {
  test.each([
    ['not-ct', { modality: 'MR' }],
    ['localizer', { change: () => ({ ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'] }) }],
    ['not-ct-images', { change: () => ({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.7' }) }],
    ['not-greyscale', { change: () => ({ PhotometricInterpretation: 'PALETTE COLOR' }) }],
    ['no-pixel-spacing', { change: () => ({ PixelSpacing: undefined }) }],
    ['no-position', { change: () => ({ ImagePositionPatient: undefined }) }],
    ['no-position', { change: () => ({ ImageOrientationPatient: undefined }) }],
    ['bad-orientation', { change: () => ({ ImageOrientationPatient: [1, 0, 0, 0.2, 1, 0] }) }],
    ['no-rescale', { change: () => ({ RescaleSlope: undefined }) }],
    ['multi-frame-geometry', { sizeVox: [9, 7, 1], change: () => ({ NumberOfFrames: 2, ImagePositionPatient: undefined, PixelData: new Uint16Array(126).buffer }) }],
  ] as const)('should be refused in one sentence: %s', (code, overrides) => {
    const series = only(seriesOf(overrides));
    expect(series.grid).toBeNull();
    expect(series.spineScore).toBe(Number.NEGATIVE_INFINITY);
    expect(series.problems).toHaveLength(1);
    expect(series.problems[0]).toMatchObject({ code, effect: 'refuse' });
    expect(series.problems[0]?.sentence).toMatch(/^Series “Abdomen 2.5” .+; .+\.$/);
  });

  test('should be named by number or file when they have no description', () => {
    const anonymous = { modality: 'MR', change: () => ({ SeriesDescription: undefined }) };
    expect(only(seriesOf(anonymous)).problems[0]?.sentence).toMatch(/^Series 3 is an MR scan/);
    const nameless = { modality: 'MR', change: () => ({ SeriesDescription: undefined, SeriesNumber: undefined }) };
    expect(only(seriesOf(nameless)).problems[0]?.sentence).toMatch(/^The series of IM0001.dcm is/);
  });
});
