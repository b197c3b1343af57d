import { invertAffine, spacingOf, worldToIndex } from '../geometry/affine.ts';
import type { WorldPoint } from '../geometry/spaces.ts';
import { makeBlockSampler } from '../volume/sample-block.ts';
import type { SourceBlock, VolumeSource } from '../volume/volume-source.ts';
import type { CurvePoint, SpineCurve } from './spine-curve.ts';

/** Sagittal: from front to back, as the sagittal plane. Coronal: from the patient's right to left, as the coronal plane. */
export type SheetSide = 'sagittal' | 'coronal';

/**
 * A curved sheet through the scan that follows the spine, laid flat. Columns run across the curve, rows along it from head to feet,
 * `stepMm` apart both ways.
 */
export type Sheet = {
  readonly curve: SpineCurve;
  readonly side: SheetSide;
  /** How far the sheet lies beside the curve: to the patient's left (sagittal) or back (coronal); mm. */
  readonly offsetMm: number;
  readonly stepMm: number;
  readonly columns: number;
  readonly rows: number;
};

/** From the vertebral centre to the skin of the back, and the aorta and more in front; mm on each side. */
const HALF_WIDTH_MM = 80;
/** As fine as the scan's finest axis, within these bounds. */
const STEP_MM = { finest: 0.5, coarsest: 1 } as const;
/** What lies outside the scan: black in every window. Whole HU never come so low. */
export const OUTSIDE_SHEET_HU = -32768;
/** See PADDING_VOX of volume/crop-block.ts. */
const PADDING_VOX = 2;

/** The grid of a sheet; nothing is sampled yet. */
export function layOutSheet(volume: Pick<VolumeSource, 'indexToWorld'>, curve: SpineCurve, side: SheetSide, offsetMm: number): Sheet {
  const stepMm = Math.min(STEP_MM.coarsest, Math.max(STEP_MM.finest, Math.min(...spacingOf(volume.indexToWorld))));
  return { curve, side, offsetMm, stepMm, columns: 2 * Math.round(HALF_WIDTH_MM / stepMm) + 1, rows: Math.floor(curve.lengthMm / stepMm) + 1 };
}

/** The point of the sheet at a distance to the right of the curve and along it; mm. */
export function onSheet({ side, offsetMm }: Pick<Sheet, 'side' | 'offsetMm'>, rightMm: number, alongMm: number): CurvePoint {
  return side === 'sagittal' ? { alongMm, frontMm: -rightMm, leftMm: offsetMm } : { alongMm, frontMm: -offsetMm, leftMm: rightMm };
}

/** Where a point falls on the sheet, and how far it lies beside it (signed as `offsetMm`); mm. */
export function toSheet({ side, offsetMm }: Pick<Sheet, 'side' | 'offsetMm'>, { alongMm, frontMm, leftMm }: CurvePoint): { readonly rightMm: number; readonly alongMm: number; readonly besideMm: number } {
  return side === 'sagittal' ? { rightMm: -frontMm, alongMm, besideMm: leftMm - offsetMm } : { rightMm: leftMm, alongMm, besideMm: -frontMm - offsetMm };
}

/**
 * Samples rows `from` to `to` (exclusive) of a sheet, trilinear, rounded to whole HU. Reads only the box of the scan round these rows, so a few rows
 * are a few milliseconds of work.
 * @param into columns · rows values, columns fastest; only the given rows are written
 */
export function sampleRows(volume: VolumeSource, sheet: Sheet, from: number, to: number, into: Int16Array): void {
  const { columns, curve, stepMm } = sheet;
  const half = (columns - 1) / 2;
  const ends = (row: number) => {
    const alongMm = row * stepMm;
    return [curve.toWorld(onSheet(sheet, -half * stepMm, alongMm)), curve.toWorld(onSheet(sheet, half * stepMm, alongMm))] as const;
  };
  const edges: (readonly [WorldPoint, WorldPoint])[] = [];
  for (let row = from; row < to; row += 1) edges.push(ends(row));
  const sample = makeBlockSampler(readRound(volume, edges.flat()));
  edges.forEach(([[x0, y0, z0], [x1, y1, z1]], n) => {
    const start = (from + n) * columns;
    for (let column = 0; column < columns; column += 1) {
      const share = column / (columns - 1);
      const hu = sample(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, z0 + (z1 - z0) * share);
      into[start + column] = Number.isNaN(hu) ? OUTSIDE_SHEET_HU : Math.min(32767, Math.max(OUTSIDE_SHEET_HU + 1, Math.round(hu)));
    }
  });
}

/** Rows are straight, so their ends bound them. */
function readRound(volume: VolumeSource, points: readonly WorldPoint[]): SourceBlock {
  const inverse = invertAffine(volume.indexToWorld);
  const indices = points.map((point) => worldToIndex(inverse, point));
  const bound = (axis: 0 | 1 | 2) => {
    const places = indices.map((index) => index[axis]);
    return { min: Math.floor(Math.min(...places)) - PADDING_VOX, max: Math.ceil(Math.max(...places)) + PADDING_VOX + 1 };
  };
  const [i, j, k] = [bound(0), bound(1), bound(2)];
  return volume.readBlock({ min: [i.min, j.min, k.min], max: [i.max, j.max, k.max] });
}
