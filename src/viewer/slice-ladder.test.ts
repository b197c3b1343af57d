import { describe, expect, it } from 'vitest';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { makeLadder, rungAt, rungPositionMm } from './slice-ladder.ts';

const spacingMm = [0.7, 0.9, 2.5] as const;
const grid: SeriesGrid = {
  sizeVox: [10, 12, 7],
  spacingMm,
  indexToWorld: makeAffine(worldPoint(-31, 212.5, -640), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], spacingMm),
};

describe('slice ladder', () => {
  it('has one rung per voxel of a scan that is aligned with the patient', () => {
    expect([makeLadder(grid, 'sagittal').count, makeLadder(grid, 'coronal').count, makeLadder(grid, 'axial').count]).toEqual([10, 12, 7]);
    expect(makeLadder(grid, 'coronal').stepMm).toBeCloseTo(0.9, 12);
  });

  it('counts axial slices from the head', () => {
    const ladder = makeLadder(grid, 'axial');
    // Along the slice order (towards the feet) the top slice, z = -625, is at +625.
    expect(rungPositionMm(ladder, 0)).toBeCloseTo(625, 9);
    expect(rungPositionMm(ladder, 6)).toBeCloseTo(640, 9);
  });

  it('finds the nearest rung and stays inside', () => {
    const ladder = makeLadder(grid, 'sagittal');
    expect(rungAt(ladder, -31 + 0.7 * 3 + 0.3)).toBe(3);
    expect([rungAt(ladder, -500), rungAt(ladder, 500)]).toEqual([0, 9]);
  });

  it('steps an oblique scan by the distance to the next sample of any axis', () => {
    const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
    const oblique: SeriesGrid = { ...grid, indexToWorld: makeAffine(worldPoint(0, 0, 0), [[1, 0, 0], [0, c, s], [0, -s, c]], spacingMm) };
    expect(makeLadder(oblique, 'axial').stepMm).toBeCloseTo(Math.min(0.9 / s, 2.5 / c), 9);
  });
});
