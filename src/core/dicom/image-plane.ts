import type { ElementReader } from './element-reader.ts';
import type { SliceHeader } from './series.ts';

/** PixelSpacing, [between rows, between columns], mm; null unless both are above 0. */
export function spacingOf(elements: ElementReader): readonly [number, number] | null {
  const [row, column] = elements.vector('x00280030', 2);
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? [row, column] : null;
}

/** ImagePositionPatient, LPS mm. */
export function positionOf(elements: ElementReader): readonly [number, number, number] | null {
  const [x, y, z] = elements.vector('x00200032', 3);
  return x !== undefined && y !== undefined && z !== undefined ? [x, y, z] : null;
}

/** ImageOrientationPatient: direction of a row, then of a column. */
export function orientationOf(elements: ElementReader): SliceHeader['imageOrientationPatient'] {
  const [a, b, c, d, e, f] = elements.vector('x00200037', 6);
  if (a === undefined || b === undefined || c === undefined) return null;
  return d === undefined || e === undefined || f === undefined ? null : [a, b, c, d, e, f];
}
