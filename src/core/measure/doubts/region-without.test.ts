import { describe, expect, it } from 'vitest';
import { worldPoint } from '../../geometry/spaces.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { frameOfAxis } from '../body-frame.ts';
import { roiAt, type Roi } from '../roi.ts';
import { sampleBody } from './body-grid.ts';
import { findFoci } from './foci.ts';

const centre = worldPoint(-15, 40, -380);

/** What the region reads without a ball of 500 HU in bone of 120 HU; place from the body's centre, mm. */
function withoutBall(at: readonly [number, number, number], radiusMm: number, roi: Roi | null): number | null {
  const volume = makeSyntheticVolume((x, y, z) => (Math.hypot(x - centre[0] - at[0], y - centre[1] - at[1], z - centre[2] - at[2]) < radiusMm ? 500 : 120));
  const { dense } = findFoci(sampleBody(volume, centre, null), roi);
  expect(dense.volumeMm3).toBeGreaterThan(40);
  return dense.withoutHu;
}

describe('what a region reads without a focus', () => {
  it('is the bone round it', () => {
    expect(Math.abs((withoutBall([2, -3, 0], 4, roiAt(centre)) ?? 0) - 120)).toBeLessThan(2);
  });

  it('is not said where the focus lies clear of the region, or fills it, or nothing is measured', () => {
    expect(withoutBall([0, 5, 0], 4, { ...roiAt(centre), centreLps: [centre[0], centre[1] - 6, centre[2]], halfDepthMm: 3 })).toBeNull();
    expect(withoutBall([0, -2, 0], 6, { ...roiAt(centre), halfWidthMm: 4, halfDepthMm: 4, heightMm: 4 })).toBeNull();
    expect(withoutBall([2, -3, 0], 4, null)).toBeNull();
  });

  it('follows the axes of the region', () => {
    const across = { ...roiAt(centre), ...frameOfAxis([1, 0, 0], [0, 0, -1]), halfWidthMm: 4, halfDepthMm: 8, heightMm: 18 };
    expect(Math.abs((withoutBall([6, -2, 0], 3.5, across) ?? 0) - 120)).toBeLessThan(2);
    expect(withoutBall([6, -2, 0], 3.5, { ...across, heightMm: 4 })).toBeNull();
  });
});
