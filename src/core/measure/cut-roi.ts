import type { WorldPoint, WorldVector } from '../geometry/spaces.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { dotOf } from '../geometry/vectors.ts';
import type { Roi } from './roi.ts';

/** A plane by one of its points and its unit normal; LPS, mm. */
export type CutPlane = { readonly point: WorldPoint; readonly normal: WorldVector };

const RIM_POINTS = 48;

/**
 * The outline of a region where a plane cuts it: a polygon round a convex body, so its points are sorted by angle. Empty where the
 * plane misses it.
 */
export function cutRoi(roi: Roi, { point, normal }: CutPlane): readonly WorldPoint[] {
  const half = roi.heightMm / 2;
  const signed = (p: WorldPoint): number => dotOf([p[0] - point[0], p[1] - point[1], p[2] - point[2]], normal);
  const rim = (turn: number, up: number): WorldPoint => {
    const [l, f] = [roi.halfWidthMm * Math.cos(turn), roi.halfDepthMm * Math.sin(turn)];
    return worldPoint(
      ...([0, 1, 2] as const).map((n) => roi.centreLps[n] + l * roi.left[n] + f * roi.front[n] + up * roi.up[n]) as [number, number, number],
    );
  };
  const cuts: WorldPoint[] = [];
  const addCrossing = (one: WorldPoint, other: WorldPoint): void => {
    const [a, b] = [signed(one), signed(other)];
    if (a === b || a > 0 === b > 0) return;
    const share = a / (a - b);
    cuts.push(worldPoint(one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]), one[2] + share * (other[2] - one[2])));
  };
  for (let n = 0; n < RIM_POINTS; n += 1) {
    const [turn, next] = [(2 * Math.PI * n) / RIM_POINTS, (2 * Math.PI * (n + 1)) / RIM_POINTS];
    addCrossing(rim(turn, half), rim(turn, -half));
    addCrossing(rim(turn, half), rim(next, half));
    addCrossing(rim(turn, -half), rim(next, -half));
  }
  return roundConvex(cuts, normal);
}

/** Points of a convex polygon in a plane, in order round it. */
function roundConvex(points: readonly WorldPoint[], normal: WorldVector): readonly WorldPoint[] {
  if (points.length < 3) return [];
  const middle = ([0, 1, 2] as const).map((n) => points.reduce((sum, p) => sum + p[n], 0) / points.length) as [number, number, number];
  const from = (p: WorldPoint): WorldVector => [p[0] - middle[0], p[1] - middle[1], p[2] - middle[2]];
  const [first] = points;
  if (first === undefined) return [];
  const axis = from(first);
  const across: WorldVector = [normal[1] * axis[2] - normal[2] * axis[1], normal[2] * axis[0] - normal[0] * axis[2], normal[0] * axis[1] - normal[1] * axis[0]];
  const angle = (p: WorldPoint): number => Math.atan2(dotOf(from(p), across), dotOf(from(p), axis));
  return points.toSorted((one, other) => angle(one) - angle(other));
}
