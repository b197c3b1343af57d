import { indexToWorld } from '#src/core/geometry/affine.ts';
import { voxelIndex } from '#src/core/geometry/spaces.ts';
import type { PartEnd, SeriesGrid } from '#src/core/dicom/series.ts';
import type { CanvasPoint, PlaneProjection } from '#src/viewer/index.ts';

/** Where the face of a part's outermost slice meets a displayed slice: a line across it, above or below the part, or all of it. */
export type EndOnPlane = { readonly kind: 'line'; readonly from: CanvasPoint; readonly to: CanvasPoint; readonly isBelow: boolean } | { readonly kind: 'slice' };

/** A displayed slice this many slice distances from the face is the outermost one: its centre lies half a distance inside. */
const OUTERMOST = 0.75;

/** The face lies half a slice distance outside the outermost slice's centre. Null where the plane does not meet it. */
export function endOnPlane(grid: SeriesGrid, side: PartEnd['side'], projection: Pick<PlaneProjection, 'worldToCanvas'>): EndOnPlane | null {
  const [ni, nj, nk] = grid.sizeVox;
  const k = side === 'first' ? -0.5 : nk - 0.5;
  const [left, right, top, bottom] = [-0.5, ni - 0.5, -0.5, nj - 0.5];
  const corners = ([[left, top], [right, top], [right, bottom], [left, bottom]] as const).map(([i, j]) => projection.worldToCanvas(indexToWorld(grid.indexToWorld, voxelIndex(i, j, k))));
  if (corners.every(({ distanceMm }) => Math.abs(distanceMm) <= OUTERMOST * grid.spacingMm[2])) return { kind: 'slice' };
  const [from, to] = corners.flatMap((corner, n) => {
    const next = corners[(n + 1) % corners.length] ?? corner;
    if (corner.distanceMm < 0 === next.distanceMm < 0) return [];
    const share = corner.distanceMm / (corner.distanceMm - next.distanceMm);
    return [{ x: corner.x + share * (next.x - corner.x), y: corner.y + share * (next.y - corner.y) }];
  });
  const { y } = projection.worldToCanvas(indexToWorld(grid.indexToWorld, voxelIndex((ni - 1) / 2, (nj - 1) / 2, (nk - 1) / 2)));
  return from === undefined || to === undefined ? null : { kind: 'line', from, to, isBelow: y < (from.y + to.y) / 2 };
}
