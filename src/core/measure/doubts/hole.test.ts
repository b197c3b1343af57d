import { describe, expect, it } from 'vitest';
import { worldPoint } from '../../geometry/spaces.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { sampleBody } from './body-grid.ts';
import { findFoci } from './foci.ts';
import { DOUBT_LIMITS } from './limits.ts';

const centre = worldPoint(-15, 40, -380);
/** Lumps like coarse marrow, 8 mm wide and ± 45 HU. */
const lumps = (x: number, y: number, z: number): number => 45 * Math.sin(x / 1.3) * Math.cos(y / 1.2) * Math.sin(z / 1.4 + 1);

function holeIn(hu: (x: number, y: number, z: number) => number) {
  const volume = makeSyntheticVolume((x, y, z) => hu(x - centre[0], y - centre[1], z - centre[2]));
  return findFoci(sampleBody(volume, centre, null), null).hole;
}

describe('findHole', () => {
  it('finds an even ball like soft tissue, and its size, in lumpy bone', () => {
    const hole = holeIn((x, y, z) => (Math.hypot(x + 3, y + 3, z) < 5 ? 45 : 130 + lumps(x, y, z)));
    expect(hole.score).toBeGreaterThan(DOUBT_LIMITS.hole.markScore);
    expect(hole.meanHu).toBeLessThan(75);
    expect(hole.volumeMm3).toBeGreaterThan(250);
    expect(hole.volumeMm3).toBeLessThan(900);
  });

  it.each([
    ['lumpy bone', (x: number, y: number, z: number) => 130 + lumps(x, y, z)],
    ['bone that thins out to the back', (_x: number, y: number) => 110 - 2.5 * y],
    ['a hole as dense as bone may be', (x: number, y: number, z: number) => (Math.hypot(x + 3, y + 3, z) < 5 ? 120 : 200)],
    ['a vein', (x: number, y: number, z: number) => (Math.abs(x) < 5 && y > 1.5 && Math.abs(z) < 1.5 ? 30 : 130 + lumps(x, y, z))],
  ])('is silent at %s', (_, hu) => {
    expect(holeIn(hu).score).toBeLessThan(DOUBT_LIMITS.hole.markScore);
  });
});
