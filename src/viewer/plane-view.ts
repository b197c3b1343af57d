import { addVector, worldPoint, type WorldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { dot, PLANE_AXES, type Plane } from './plane.ts';
import { makeProjection, type ProjectionInput } from './projection.ts';
import { gridCentre, gridCorners, rungAt, rungPositionMm, type SliceLadder } from './slice-ladder.ts';

export type CanvasSize = { readonly width: number; readonly height: number };

/** Pan and zoom of one plane. Of `centre` only the part inside the plane counts; the slice follows the focus. */
export type PlaneView = { readonly centre: WorldPoint; readonly mmPerPixel: number; readonly isFitted: boolean };

const MIN_MM_PER_PIXEL = 0.02;
const MAX_MM_PER_PIXEL = 10;
/** Share of the canvas that the scan fills when fitted. */
const FIT_SHARE = 0.98;

/** A box in patient axes that should fill the planes; LPS, mm. */
export type ViewBox = { readonly centre: WorldPoint; readonly halfMm: readonly [number, number, number] };

/** A box, or without one the whole scan, in view as large as the canvas allows. */
export function fittedView(grid: SeriesGrid, plane: Plane, size: CanvasSize, box: ViewBox | null = null): PlaneView {
  const { right, up } = PLANE_AXES[plane];
  if (box !== null) {
    const reach = (direction: WorldVector): number => 2 * direction.reduce((sum, part, axis) => sum + Math.abs(part) * (box.halfMm[axis] ?? 0), 0);
    const mmPerPixel = Math.max(reach(right) / Math.max(1, size.width), reach(up) / Math.max(1, size.height)) / FIT_SHARE;
    return { centre: box.centre, mmPerPixel, isFitted: true };
  }
  // Voxels reach half a step beyond their centres.
  const marginMm = Math.max(...grid.spacingMm);
  const extent = (direction: WorldVector): number => {
    const positions = gridCorners(grid).map((corner) => dot(corner, direction));
    return Math.max(...positions) - Math.min(...positions) + marginMm;
  };
  const mmPerPixel = Math.max(extent(right) / Math.max(1, size.width), extent(up) / Math.max(1, size.height)) / FIT_SHARE;
  return { centre: gridCentre(grid), mmPerPixel, isFitted: true };
}

export function projectionOf(plane: Plane, view: PlaneView, size: CanvasSize, ladder: SliceLadder, focus: WorldPoint): ProjectionInput {
  const { sliceOrder } = PLANE_AXES[plane];
  const rung = rungAt(ladder, dot(focus, sliceOrder));
  const towardsSlice = rungPositionMm(ladder, rung) - dot(view.centre, sliceOrder);
  return {
    plane,
    size,
    mmPerPixel: view.mmPerPixel,
    sliceIndex: rung + 1,
    sliceCount: ladder.count,
    centre: moved(view.centre, sliceOrder, towardsSlice),
  };
}

function moved(point: WorldPoint, direction: WorldVector, distance: number): WorldPoint {
  return addVector(point, [direction[0] * distance, direction[1] * distance, direction[2] * distance]);
}

/** The image follows the hand: dx to the right and dy down, CSS pixels. */
export function panned(plane: Plane, view: PlaneView, dx: number, dy: number): PlaneView {
  const { right, up } = PLANE_AXES[plane];
  const centre = moved(moved(view.centre, right, -dx * view.mmPerPixel), up, dy * view.mmPerPixel);
  return { ...view, centre, isFitted: false };
}

/** Magnifies by `factor`; the point under (x, y) stays where it is. */
export function zoomed(plane: Plane, view: PlaneView, size: CanvasSize, factor: number, x: number, y: number): PlaneView {
  const mmPerPixel = Math.min(MAX_MM_PER_PIXEL, Math.max(MIN_MM_PER_PIXEL, view.mmPerPixel / factor));
  const scale = 1 - view.mmPerPixel / mmPerPixel;
  return { ...panned(plane, { ...view, mmPerPixel }, (x - size.width / 2) * scale, (y - size.height / 2) * scale), mmPerPixel };
}

/** The same zoom, with the point in the middle where it lies outside the canvas. */
export function revealed(plane: Plane, view: PlaneView, size: CanvasSize, point: WorldPoint): PlaneView {
  const flat = makeProjection({ plane, size, mmPerPixel: view.mmPerPixel, sliceIndex: 1, sliceCount: 1, centre: view.centre });
  const { x, y } = flat.worldToCanvas(point);
  const isInside = x >= 0 && y >= 0 && x <= size.width && y <= size.height;
  return isInside ? view : { ...view, centre: point, isFitted: false };
}

/** Keeps a point inside the patient-aligned box of the voxel centres. */
export function clampToGrid(grid: SeriesGrid, point: WorldPoint): WorldPoint {
  const corners = gridCorners(grid);
  const clamp = (axis: 0 | 1 | 2): number => {
    const values = corners.map((corner) => corner[axis]);
    return Math.min(Math.max(...values), Math.max(Math.min(...values), point[axis]));
  };
  return worldPoint(clamp(0), clamp(1), clamp(2));
}

/** The focus moved by whole slices of a plane, from the slice that is displayed. */
export function steppedFocus(plane: Plane, ladder: SliceLadder, focus: WorldPoint, slices: number): WorldPoint {
  const { sliceOrder } = PLANE_AXES[plane];
  const position = dot(focus, sliceOrder);
  const rung = Math.min(ladder.count - 1, Math.max(0, rungAt(ladder, position) + slices));
  return moved(focus, sliceOrder, rungPositionMm(ladder, rung) - position);
}
