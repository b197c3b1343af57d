import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { SpineCurve } from '#src/core/spine/spine-curve.ts';
import { onSheet, toSheet, type Sheet, type SheetSide } from '#src/core/spine/straightened-sheet.ts';
import type { CanvasPoint } from './projection.ts';

/** How the straightened sheet is displayed at one moment; as PlaneProjection, lengths on screen are CSS pixels. */
export type CurvedProjection = {
  readonly side: SheetSide;
  readonly size: { readonly width: number; readonly height: number };
  /** Across the curve everywhere; along it only on the curve itself: beside it, rows stand nearer or farther in the patient. */
  readonly mmPerPixel: number;
  /** How far the sheet lies beside the curve, to the patient's left (sagittal) or back (coronal); mm. */
  readonly offsetMm: number;
  readonly curve: SpineCurve;
  /** In the middle of the canvas; mm to the right of the curve and along it from its upper end. */
  readonly centre: { readonly rightMm: number; readonly alongMm: number };
  /** `distanceMm` is signed as `offsetMm`: how far the point lies beside the sheet. */
  worldToCanvas(point: WorldPoint): CanvasPoint & { readonly distanceMm: number };
  /** The point of the sheet under a canvas position. */
  canvasToWorld(x: number, y: number): WorldPoint;
};

/** Pan and zoom of the sheet. */
export type CurvedPan = { readonly rightMm: number; readonly alongMm: number; readonly mmPerPixel: number; readonly isFitted: boolean };

type Size = CurvedProjection['size'];

const MIN_MM_PER_PIXEL = 0.02;
const MAX_MM_PER_PIXEL = 10;
/** Share of the canvas that the sheet fills when fitted. */
const FIT_SHARE = 0.98;

/** The whole sheet, as large as the canvas allows. */
export function fittedSheet({ columns, rows, stepMm }: Sheet, { width, height }: Size): CurvedPan {
  const mmPerPixel = Math.max((columns * stepMm) / Math.max(1, width), (rows * stepMm) / Math.max(1, height)) / FIT_SHARE;
  return { rightMm: 0, alongMm: ((rows - 1) * stepMm) / 2, mmPerPixel, isFitted: true };
}

/** The picture follows the hand: dx to the right and dy down, CSS pixels. */
export function pannedSheet(pan: CurvedPan, dx: number, dy: number): CurvedPan {
  return { ...pan, rightMm: pan.rightMm - dx * pan.mmPerPixel, alongMm: pan.alongMm - dy * pan.mmPerPixel, isFitted: false };
}

/** Magnifies by `factor`; the point under (x, y) stays where it is. */
export function zoomedSheet(pan: CurvedPan, size: Size, factor: number, x: number, y: number): CurvedPan {
  const mmPerPixel = Math.min(MAX_MM_PER_PIXEL, Math.max(MIN_MM_PER_PIXEL, pan.mmPerPixel / factor));
  const scale = 1 - pan.mmPerPixel / mmPerPixel;
  return pannedSheet({ ...pan, mmPerPixel }, (x - size.width / 2) * scale, (y - size.height / 2) * scale);
}

export function makeCurvedProjection({ curve, side, offsetMm }: Pick<Sheet, 'curve' | 'side' | 'offsetMm'>, { rightMm, alongMm, mmPerPixel }: CurvedPan, size: Size): CurvedProjection {
  return {
    side,
    size,
    mmPerPixel,
    offsetMm,
    curve,
    centre: { rightMm, alongMm },
    worldToCanvas(point) {
      const at = toSheet({ side, offsetMm }, curve.toCurve(point));
      return { x: size.width / 2 + (at.rightMm - rightMm) / mmPerPixel, y: size.height / 2 + (at.alongMm - alongMm) / mmPerPixel, distanceMm: at.besideMm };
    },
    canvasToWorld: (x, y) =>
      curve.toWorld(onSheet({ side, offsetMm }, rightMm + (x - size.width / 2) * mmPerPixel, alongMm + (y - size.height / 2) * mmPerPixel)),
  };
}
