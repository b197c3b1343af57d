import { pointIn } from '../body-frame.ts';
import { dotOf } from '../../geometry/vectors.ts';
import type { WorldVector } from '../../geometry/spaces.ts';
import type { Roi } from '../roi.ts';
import type { BodyGrid } from './body-grid.ts';
import { DOUBT_LIMITS } from './limits.ts';

/** Which samples of a body lie in its measured region, 1 each. */
export function samplesInRegion({ x, y, z, isKnown, frame, centreLps }: BodyGrid, { centreLps: middle, up, front, left, halfWidthMm, halfDepthMm, heightMm }: Roi): Uint8Array {
  return isKnown.map((value, n) => {
    if (value !== 1) return 0;
    const point = pointIn(frame, centreLps, x[n] ?? 0, y[n] ?? 0, z[n] ?? 0);
    const from: WorldVector = [point[0] - middle[0], point[1] - middle[1], point[2] - middle[2]];
    const across = (dotOf(from, left) / halfWidthMm) ** 2 + (dotOf(from, front) / halfDepthMm) ** 2;
    return across <= 1 && Math.abs(dotOf(from, up)) <= heightMm / 2 ? 1 : 0;
  });
}

/** The samples of a part and those that touch it, by a face, an edge or a corner: 1 each. */
export function touchedBy({ size: [nx, ny, nz], hu }: BodyGrid, part: readonly number[]): Uint8Array {
  const isTouched = new Uint8Array(hu.length);
  for (const index of part) {
    const [i, j, k] = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    for (let c = Math.max(0, k - 1); c <= Math.min(nz - 1, k + 1); c += 1) {
      for (let b = Math.max(0, j - 1); b <= Math.min(ny - 1, j + 1); b += 1) {
        for (let a = Math.max(0, i - 1); a <= Math.min(nx - 1, i + 1); a += 1) isTouched[a + nx * (b + ny * c)] = 1;
      }
    }
  }
  return isTouched;
}

/**
 * Mean HU of a measured region without a focus and the samples that touch it, which share its attenuation. Null where the focus changes
 * the region's mean by less than what two careful regions differ by, or leaves too little of it. In a deep body the region reaches a few
 * millimetres in front of the grid: what lies there is not counted, with or without the focus.
 * @param isInRegion by {@link samplesInRegion}
 */
export function regionWithout(grid: BodyGrid, part: readonly number[], isInRegion: Uint8Array): number | null {
  const { hu } = grid;
  const isOut = touchedBy(grid, part);
  const [all, rest] = [{ count: 0, sum: 0 }, { count: 0, sum: 0 }];
  for (const [n, value] of isInRegion.entries()) {
    if (value !== 1) continue;
    for (const held of isOut[n] === 1 ? [all] : [all, rest]) {
      held.count += 1;
      held.sum += hu[n] ?? 0;
    }
  }
  const { leastShare, changeHu } = DOUBT_LIMITS.regionWithout;
  if (rest.count === 0 || rest.count < leastShare * all.count) return null;
  const restHu = rest.sum / rest.count;
  return Math.abs(restHu - all.sum / all.count) < changeHu ? null : restHu;
}
