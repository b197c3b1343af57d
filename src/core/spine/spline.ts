import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';

/** A curve through points by a parameter that runs from 0 to `end`, the sum of the straight distances between the points; mm. */
export type Spline = { readonly end: number; readonly at: (parameterMm: number) => WorldPoint };

/**
 * Natural cubic spline through two points or more, no two the same: smooth in its second derivative, straight at both ends. One axis at a time, with
 * the distance between the points as parameter.
 */
export function splineThrough(points: readonly WorldPoint[]): Spline {
  const places = [0];
  for (const [n, point] of points.entries()) {
    const next = points[n + 1];
    if (next !== undefined) places.push((places.at(-1) ?? 0) + distanceMm(point, next));
  }
  const axes = ([0, 1, 2] as const).map((axis) => {
    const values = points.map((point) => point[axis]);
    return { values, bends: secondDerivatives(places, values) };
  });
  const last = places.length - 2;
  return {
    end: places.at(-1) ?? 0,
    at(parameterMm) {
      const found = places.findIndex((place) => place > parameterMm);
      const n = found === -1 ? last : Math.max(0, found - 1);
      const [from, to] = [places[n] ?? 0, places[n + 1] ?? 0];
      const gap = to - from;
      const b = (parameterMm - from) / gap;
      const a = 1 - b;
      const [x = 0, y = 0, z = 0] = axes.map(({ values, bends }) =>
        a * (values[n] ?? 0) + b * (values[n + 1] ?? 0) + (((a ** 3 - a) * (bends[n] ?? 0) + (b ** 3 - b) * (bends[n + 1] ?? 0)) * gap ** 2) / 6);
      return worldPoint(x, y, z);
    },
  };
}

/** At each point, 0 at the ends: the tridiagonal equations of equal first derivatives, solved from the first to the last and back. */
function secondDerivatives(places: readonly number[], values: readonly number[]): readonly number[] {
  const count = places.length;
  const factors = new Float64Array(count);
  const bends = new Float64Array(count);
  const place = (n: number): number => places[n] ?? 0;
  const slope = (n: number): number => ((values[n + 1] ?? 0) - (values[n] ?? 0)) / (place(n + 1) - place(n));
  for (let n = 1; n < count - 1; n += 1) {
    const before = place(n) - place(n - 1);
    const after = place(n + 1) - place(n);
    const pivot = 2 * (before + after) - before * (factors[n - 1] ?? 0);
    factors[n] = after / pivot;
    bends[n] = (6 * (slope(n) - slope(n - 1)) - before * (bends[n - 1] ?? 0)) / pivot;
  }
  for (let n = count - 2; n > 0; n -= 1) bends[n] = (bends[n] ?? 0) - (factors[n] ?? 0) * (bends[n + 1] ?? 0);
  return [...bends];
}
