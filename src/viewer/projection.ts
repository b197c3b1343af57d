import { addVector, worldPoint, type WorldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import { dot, PLANE_AXES, type Plane } from './plane.ts';

/** A point on the canvas: CSS pixels from the upper left corner, x to the right, y down. */
export type CanvasPoint = { readonly x: number; readonly y: number };

/**
 * How one plane is displayed at one moment: an immutable snapshot, so an overlay that draws from one projection is
 * consistent in itself. All lengths on screen are CSS pixels, not device pixels.
 */
export type PlaneProjection = {
  readonly plane: Plane;
  readonly size: { readonly width: number; readonly height: number };
  /** The same along x and y. */
  readonly mmPerPixel: number;
  /** 1 to sliceCount. */
  readonly sliceIndex: number;
  readonly sliceCount: number;
  /** LPS point in the middle of the canvas, on the displayed slice. */
  readonly centre: WorldPoint;
  /** `distanceMm` is signed: positive on the side of the slices that follow. */
  worldToCanvas(point: WorldPoint): CanvasPoint & { readonly distanceMm: number };
  /** The point of the displayed slice under a canvas position. */
  canvasToWorld(x: number, y: number): WorldPoint;
};

export type ProjectionInput = Pick<PlaneProjection, 'plane' | 'size' | 'mmPerPixel' | 'sliceIndex' | 'sliceCount' | 'centre'>;

function scaled(vector: WorldVector, factor: number): WorldVector {
  return [vector[0] * factor, vector[1] * factor, vector[2] * factor];
}

/** Orthographic projection: the canvas shows `size · mmPerPixel` mm around `centre`. */
export function makeProjection(input: ProjectionInput): PlaneProjection {
  const { plane, size, mmPerPixel, centre } = input;
  const { right, up, sliceOrder } = PLANE_AXES[plane];
  return {
    ...input,
    worldToCanvas(point) {
      const offset: WorldVector = [point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]];
      return {
        x: size.width / 2 + dot(offset, right) / mmPerPixel,
        y: size.height / 2 - dot(offset, up) / mmPerPixel,
        distanceMm: dot(offset, sliceOrder),
      };
    },
    canvasToWorld(x, y) {
      const alongRight = scaled(right, (x - size.width / 2) * mmPerPixel);
      const alongUp = scaled(up, (size.height / 2 - y) * mmPerPixel);
      return addVector(addVector(worldPoint(centre[0], centre[1], centre[2]), alongRight), alongUp);
    },
  };
}
