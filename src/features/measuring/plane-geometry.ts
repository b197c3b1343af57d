import { worldPoint, type WorldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import { crossOf, unitOf } from '#src/core/geometry/vectors.ts';
import type { CutPlane } from '#src/core/measure/cut-roi.ts';
import type { PlaneProjection } from '#src/viewer/index.ts';

/** What so many canvas pixels to the right and down are in the patient, mm. */
export function displacement(projection: PlaneProjection, dx: number, dy: number): WorldVector {
  const [from, to] = [projection.canvasToWorld(0, 0), projection.canvasToWorld(dx, dy)];
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

/** The displayed slice. */
export function planeOf(projection: PlaneProjection): CutPlane {
  const normal = unitOf(crossOf(displacement(projection, 1, 0), displacement(projection, 0, 1)));
  return { point: projection.centre, normal };
}

/** "x,y x,y …" for an SVG polygon or polyline. */
export function svgPoints(projection: PlaneProjection, points: readonly WorldPoint[]): string {
  return points.map((point) => projection.worldToCanvas(point)).map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

/** A point moved by a vector times a factor. */
export function along(point: readonly [number, number, number], by: WorldVector, factor: number): WorldPoint {
  return worldPoint(point[0] + factor * by[0], point[1] + factor * by[1], point[2] + factor * by[2]);
}
