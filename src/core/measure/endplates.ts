import type { WorldPoint } from '../geometry/spaces.ts';
import type { BlockSampler } from '../volume/sample-block.ts';
import { pointIn, type BodyFrame } from './body-frame.ts';
import type { BodyOutline } from './body-walls.ts';
import { findEdge, PROFILE_REACH_MM, PROFILE_STEP_MM } from './edge.ts';
import { fitRobust } from './robust-fit.ts';

const RINGS = [
  { radius: 0, count: 1 },
  { radius: 0.25, count: 6 },
  { radius: 0.5, count: 12 },
  { radius: 0.7, count: 16 },
  { radius: 0.86, count: 20 },
] as const;
/** Points of an endplate in half axes of the outline: x to the left, y to the back. */
const ENDPLATE_POINTS: readonly (readonly [number, number])[] = RINGS.flatMap(({ radius, count }) =>
  Array.from({ length: count }, (_, n) => [radius * Math.cos((2 * Math.PI * (n + 0.5)) / count), radius * Math.sin((2 * Math.PI * (n + 0.5)) / count)] as const),
);
/** Each ray is the mean of its own line and of four beside it, so far off; mm. */
const BESIDE_MM = 1.3;
const FLOOR_MM = 0.4;
/** Least fall that counts as an endplate, HU. */
const LEAST_FALL_HU = 30;
/** A ray that ends nearer than this to the fitted surface speaks for it; mm. */
const NEAR_MM = 1.5;

/** What the Python twin takes from here. */
export const ENDPLATE_RAYS = { points: ENDPLATE_POINTS, besideMm: BESIDE_MM, floorMm: FLOOR_MM, leastFallHu: LEAST_FALL_HU, nearMm: NEAR_MM } as const;

/** Height of an endplate over the plane across the axis, mm: c0 + c1 X + c2 Y + c3 X² + c4 Y², X and Y in half axes of the outline. */
export type EndplateSurface = { readonly coefficients: readonly number[]; /** Share of the rays that end at the surface. */ readonly share: number };

function surfaceRow(x: number, y: number): readonly number[] {
  return [1, x, y, x * x, y * y];
}

/** Height of a surface at X, Y in half axes; mm. Coefficients that are left out are 0. */
export function heightAt(coefficients: readonly number[], x: number, y: number): number {
  return surfaceRow(x, y).reduce((sum, value, n) => sum + value * (coefficients[n] ?? 0), 0);
}

/**
 * One endplate by rays along the axis. `sign` 1 is the superior one.
 * @param expected coefficients of the surface as known so far, heights from `origin` along `frame.up`
 */
export function findEndplate(
  sample: BlockSampler, frame: BodyFrame, origin: WorldPoint, outline: BodyOutline, sign: 1 | -1, expected: readonly number[], windowMm: number,
): EndplateSurface | null {
  const rows: (readonly number[])[] = [];
  const heights: number[] = [];
  const weights: number[] = [];
  const count = Math.ceil((2 * windowMm + PROFILE_REACH_MM.inside + PROFILE_REACH_MM.outside) / PROFILE_STEP_MM) + 1;
  const { up } = frame;
  for (const [x, y] of ENDPLATE_POINTS) {
    const at = sign * heightAt(expected, x, y);
    const start = at - windowMm - PROFILE_REACH_MM.inside;
    const profile = new Float64Array(count);
    for (const [bx, by] of BESIDE) {
      const [px, py, pz] = pointIn(frame, origin, outline.x + x * outline.halfWidth + bx, outline.y + y * outline.halfDepth + by, 0);
      for (let n = 0; n < count; n += 1) {
        const along = sign * (start + n * PROFILE_STEP_MM);
        profile[n] = (profile[n] ?? 0) + sample(px + along * up[0], py + along * up[1], pz + along * up[2]) / BESIDE.length;
      }
    }
    const edge = findEdge(profile, start, at, windowMm);
    if (edge === null || edge.fallHu < LEAST_FALL_HU) continue;
    rows.push(surfaceRow(x, y));
    heights.push(sign * edge.atMm);
    weights.push(1);
  }
  if (rows.length < ENDPLATE_POINTS.length / 3) return null;
  const fit = fitRobust(rows, heights, weights, FLOOR_MM);
  if (fit === null) return null;
  const near = fit.residuals.filter((residual) => Math.abs(residual) < NEAR_MM).length;
  return { coefficients: fit.coefficients, share: near / ENDPLATE_POINTS.length };
}

const BESIDE: readonly (readonly [number, number])[] = [[0, 0], [BESIDE_MM, 0], [-BESIDE_MM, 0], [0, BESIDE_MM], [0, -BESIDE_MM]];
