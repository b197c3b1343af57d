import { describe, expect, test } from 'vitest';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { normalOf, type SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { indexToWorld } from '../geometry/affine.ts';
import { voxelIndex } from '../geometry/spaces.ts';
import { makeSeriesList } from './make-series.ts';
import { reduceSeries, slabAt } from './reduce-series.ts';
import type { Series, SeriesGrid } from './series.ts';

const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
const OBLIQUE: SyntheticCt['directions'] = [[c, s, 0], [-s, c, 0]];

function whole(overrides: Partial<SyntheticCt> = {}): Series {
  const [series] = makeSeriesList(syntheticHeaders({ sizeVox: [9, 7, 13], directions: OBLIQUE, spacingMm: [0.8, 1.1, 2.5], ...overrides })).series;
  if (series === undefined || series.grid === null) throw new Error('The stack is regular.');
  return series;
}

function gridOf({ grid }: Series): SeriesGrid {
  if (grid === null) throw new Error('A reduced series keeps a grid.');
  return grid;
}

/** Each slice of the part must lie where its own header places it. */
function expectSlicesInPlace(part: Series): void {
  const grid = gridOf(part);
  expect(grid.sizeVox[2]).toBe(part.slices.length);
  part.slices.forEach((slice, k) => {
    indexToWorld(grid.indexToWorld, voxelIndex(0, 0, k)).forEach((mm, axis) => expect(mm).toBeCloseTo(slice.imagePositionPatient?.[axis] ?? Number.NaN, 6));
  });
}

describe('every second slice', () => {
  test('should keep each slice in its place, with twice the distance, and say so', () => {
    const series = whole();
    const half = reduceSeries(series, { kind: 'every-second' });
    expect(half.slices).toHaveLength(7);
    expect(gridOf(half).sizeVox).toEqual([9, 7, 7]);
    gridOf(half).spacingMm.forEach((mm, axis) => expect(mm).toBeCloseTo([0.8, 1.1, 5][axis] ?? 0, 6));
    expectSlicesInPlace(half);
    expect(half.id).toBe(series.id);
    expect(half.reduction).toEqual({ kind: 'every-second' });
    expect(half.problems.at(-1)).toMatchObject({ code: 'every-second-slice', effect: 'note' });
    expect(half.problems.at(-1)?.sentence).toContain('5 instead of 2.5 mm');
  });

  test('should shift the slices of a tilted scan exactly as before', () => {
    const normal = normalOf({ directions: [[1, 0, 0], [0, 1, 0]] });
    const tilted = whole({
      directions: [[1, 0, 0], [0, 1, 0]],
      sizeVox: [9, 7, 14],
      change: (k) => ({ ImagePositionPatient: [-31.5, 17.25 + 0.6 * k, -840.5 + 2.5 * k * normal[2]], GantryDetectorTilt: -13.5 }),
    });
    const before = gridOf(tilted);
    // The straight slice is an odd one here: the even ones would need a shift of half a step.
    expect(before.shear?.straightSlice).toBe(7);
    const half = reduceSeries(tilted, { kind: 'every-second' });
    const after = gridOf(half);
    half.slices.forEach((slice, k) => {
      const was = tilted.slices.indexOf(slice);
      const shiftBefore = (was - (before.shear?.straightSlice ?? 0)) * (before.shear?.pixelsPerSlice[1] ?? 0);
      const shiftAfter = (k - (after.shear?.straightSlice ?? 0)) * (after.shear?.pixelsPerSlice[1] ?? 0);
      expect(shiftAfter).toBeCloseTo(shiftBefore, 9);
      const [here, there] = [indexToWorld(after.indexToWorld, voxelIndex(3, 2, k)), indexToWorld(before.indexToWorld, voxelIndex(3, 2, was))];
      here.forEach((mm, axis) => expect(mm).toBeCloseTo(there[axis] ?? Number.NaN, 9));
    });
  });
});

describe('a part', () => {
  test('should be the slices at full resolution, in their places', () => {
    const part = reduceSeries(whole(), { kind: 'slab', from: 4, to: 11 });
    expect(part.slices).toHaveLength(8);
    expect(gridOf(part).spacingMm[2]).toBeCloseTo(2.5, 6);
    expectSlicesInPlace(part);
    expect(part.problems.at(-1)?.sentence).toContain('5 slices outside (12.5 mm)');
  });

  test('should lie at the end of the patient that was asked for, whichever way the slices are counted', () => {
    const up = gridOf(whole());
    expect(up.indexToWorld[10]).toBeGreaterThan(0);
    expect(slabAt(up, 'head', 8)).toEqual({ kind: 'slab', from: 5, to: 12 });
    expect(slabAt(up, 'feet', 8)).toEqual({ kind: 'slab', from: 0, to: 7 });
    expect(slabAt(up, 'middle', 8)).toEqual({ kind: 'slab', from: 2, to: 9 });
    const down = gridOf(whole({ directions: [[1, 0, 0], [0, -1, 0]], change: (k) => ({ ImagePositionPatient: [0, 0, 100 - 2.5 * k] }) }));
    expect(down.indexToWorld[10]).toBeLessThan(0);
    expect(slabAt(down, 'head', 8)).toEqual({ kind: 'slab', from: 0, to: 7 });
  });
});

test('a slab should mark the hole at the end of a part only where it reaches that end', () => {
  const [part] = makeSeriesList(syntheticHeaders({ sizeVox: [9, 7, 40], change: (k) => (k === 10 ? null : {}) })).series;
  if (part === undefined) throw new Error('No part.');
  expect(part.part?.ends.map(({ side }) => side)).toEqual(['first']);
  expect(reduceSeries(part, { kind: 'slab', from: 0, to: 11 }).part?.ends).toHaveLength(1);
  expect(reduceSeries(part, { kind: 'slab', from: 4, to: 28 }).part?.ends).toEqual([]);
  expect(reduceSeries(part, { kind: 'every-second' }).part?.ends).toHaveLength(1);
});
