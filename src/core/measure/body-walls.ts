import type { WorldPoint } from '../geometry/spaces.ts';
import type { BlockSampler } from '../volume/sample-block.ts';
import { pointIn, type BodyFrame } from './body-frame.ts';
import { findEdge, PROFILE_REACH_MM, PROFILE_STEP_MM } from './edge.ts';
import { fitRobust } from './robust-fit.ts';

const ANGLES = 40;
/** Heights at which a ray is averaged, shares of the half height. */
const HEIGHTS = [-0.5, -0.25, 0, 0.25, 0.5] as const;
/** A body between an ellipse and a rectangle, flatter than an ellipse towards the canal. */
const POWER = 2.5;
/** Pedicles and rib heads join at the back and at the sides behind the middle: what is found there counts little. */
const CORNER = { sin: -0.15, cos: 0.45 } as const;
const CORNER_WEIGHT = 0.1;
const ROUNDS = 6;
const FLOOR_MM = 0.5;
/** A wall nearer than this to the fitted outline speaks for it; mm. */
const NEAR_MM = 1.5;
/** Least fall that counts as a wall, HU. */
const LEAST_FALL_HU = 40;

/** What the Python twin takes from here. */
export const WALLS = {
  angles: ANGLES, heights: HEIGHTS, power: POWER, corner: CORNER, cornerWeight: CORNER_WEIGHT, rounds: ROUNDS, floorMm: FLOOR_MM, nearMm: NEAR_MM, leastFallHu: LEAST_FALL_HU,
} as const;

/** Outline of a body across its axis: a superellipse. Offsets along left and back, half axes; mm. */
export type BodyOutline = { readonly x: number; readonly y: number; readonly halfWidth: number; readonly halfDepth: number };

/** Where a body of T10 to L5 is before anything is known (domain.md 3.1). */
export const USUAL_OUTLINE: BodyOutline = { x: 0, y: 0, halfWidth: 21, halfDepth: 16 };

export type BodyWalls = { readonly outline: BodyOutline; /** Share of the rays, corners aside, that end at the outline. */ readonly share: number };

function isCorner(angle: number): boolean {
  return Math.sin(angle) > CORNER.sin && Math.abs(Math.cos(angle)) > CORNER.cos;
}

function radiusAt({ halfWidth, halfDepth }: BodyOutline, cos: number, sin: number): number {
  return (Math.abs(cos / halfWidth) ** POWER + Math.abs(sin / halfDepth) ** POWER) ** (-1 / POWER);
}

/**
 * The walls at mid-height, from rays out of the axis. `outline` is where they are expected.
 * @param origin middle of the body as known so far, halfHeight its half height, mm
 */
export function findWalls(sample: BlockSampler, frame: BodyFrame, origin: WorldPoint, halfHeight: number, outline: BodyOutline, windowMm: number): BodyWalls | null {
  const points: { readonly x: number; readonly y: number; readonly weight: number }[] = [];
  for (let n = 0; n < ANGLES; n += 1) {
    const angle = ((n + 0.5) / ANGLES) * 2 * Math.PI;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const expected = radiusAt(outline, cos, sin);
    const start = expected - windowMm - PROFILE_REACH_MM.inside;
    const count = Math.ceil((2 * windowMm + PROFILE_REACH_MM.inside + PROFILE_REACH_MM.outside) / PROFILE_STEP_MM) + 1;
    const profile = new Float64Array(count);
    for (const height of HEIGHTS) {
      for (let i = 0; i < count; i += 1) {
        const r = start + i * PROFILE_STEP_MM;
        const [px, py, pz] = pointIn(frame, origin, outline.x + r * cos, outline.y + r * sin, height * halfHeight);
        profile[i] = (profile[i] ?? 0) + sample(px, py, pz) / HEIGHTS.length;
      }
    }
    const edge = findEdge(profile, start, expected, windowMm, 'first');
    if (edge === null || edge.fallHu < LEAST_FALL_HU) continue;
    points.push({ x: outline.x + edge.atMm * cos, y: outline.y + edge.atMm * sin, weight: isCorner(angle) ? CORNER_WEIGHT : 1 });
  }
  const fitted = fitOutline(points, outline);
  if (fitted === null) return null;
  const near = points.filter(({ x, y, weight }) => weight === 1 && Math.abs(offOutline(fitted, x, y)) < NEAR_MM).length;
  return { outline: fitted, share: near / FREE_ANGLES };
}

const FREE_ANGLES = Array.from({ length: ANGLES }, (_, n) => ((n + 0.5) / ANGLES) * 2 * Math.PI).filter((angle) => !isCorner(angle)).length;

/** Radial distance of a point from the outline, mm, positive outside. */
function offOutline(outline: BodyOutline, x: number, y: number): number {
  const [u, v] = [x - outline.x, y - outline.y];
  const r = Math.hypot(u, v);
  return r - radiusAt(outline, u / r, v / r);
}

/** Gauss-Newton on the radial distances; each step is a robust fit. */
function fitOutline(points: readonly { readonly x: number; readonly y: number; readonly weight: number }[], start: BodyOutline): BodyOutline | null {
  let outline = start;
  if (points.length < ANGLES / 4) return null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const rows = points.map(({ x, y }) => gradient(outline, x, y));
    const targets = points.map(({ x, y }) => offOutline(outline, x, y));
    const step = fitRobust(rows, targets, points.map(({ weight }) => weight), FLOOR_MM);
    if (step === null) return null;
    const [dx = 0, dy = 0, dw = 0, dd = 0] = step.coefficients;
    outline = { x: outline.x + dx, y: outline.y + dy, halfWidth: outline.halfWidth + dw, halfDepth: outline.halfDepth + dd };
    if (!(outline.halfWidth > 5 && outline.halfWidth < 50 && outline.halfDepth > 4 && outline.halfDepth < 40)) return null;
  }
  return outline;
}

/** How the outline's radius towards a point grows with x, y, half width and half depth. */
function gradient(outline: BodyOutline, x: number, y: number): readonly number[] {
  const [u, v] = [x - outline.x, y - outline.y];
  const r = Math.hypot(u, v);
  const [cos, sin] = [u / r, v / r];
  const radius = radiusAt(outline, cos, sin);
  const [pw, pd] = [Math.abs(cos / outline.halfWidth) ** POWER, Math.abs(sin / outline.halfDepth) ** POWER];
  const sum = pw + pd;
  const byWidth = (radius * pw) / sum / outline.halfWidth;
  const byDepth = (radius * pd) / sum / outline.halfDepth;
  // A shifted outline moves its wall by the shift along the wall's normal, over the normal's share along the ray.
  const nx = (pw / sum) / (cos === 0 ? 1e-9 : cos);
  const ny = (pd / sum) / (sin === 0 ? 1e-9 : sin);
  return [nx, ny, byWidth, byDepth];
}

