import type { WorldVector } from '../geometry/spaces.ts';
import type { SliceHeader } from './series.ts';

/** Directions of a slice's axes in LPS, unit length: along a row (i), along a column (j), and their cross product (k). */
export type SliceAxes = { readonly row: WorldVector; readonly column: WorldVector; readonly normal: WorldVector };

// Headers round direction cosines to a few decimals; beyond this they are no right-angled unit axes.
const AXES_TOLERANCE = 1e-3;

/** Axes of a slice; null where the header has none or they are not two unit vectors at right angles. */
export function axesOf(header: SliceHeader): SliceAxes | null {
  const orientation = header.imageOrientationPatient;
  if (orientation === null) return null;
  const row: WorldVector = [orientation[0], orientation[1], orientation[2]];
  const column: WorldVector = [orientation[3], orientation[4], orientation[5]];
  const isUnit = (v: WorldVector): boolean => Math.abs(Math.hypot(...v) - 1) <= AXES_TOLERANCE;
  if (!isUnit(row) || !isUnit(column) || Math.abs(dot(row, column)) > AXES_TOLERANCE) return null;
  const unitRow = scale(row, 1 / Math.hypot(...row));
  const normal = cross(unitRow, column);
  const unitNormal = scale(normal, 1 / Math.hypot(...normal));
  return { row: unitRow, column: cross(unitNormal, unitRow), normal: unitNormal };
}

// 0.1 degrees: rounded cosines of one stack agree far better, two planes of a study never do.
const SAME_DIRECTION_COSINE = Math.cos((0.1 * Math.PI) / 180);

/** Whether two slices lie in the same orientation, within 0.1 degrees on both axes. */
export function haveSameAxes(a: SliceAxes, b: SliceAxes): boolean {
  return dot(a.row, b.row) >= SAME_DIRECTION_COSINE && dot(a.column, b.column) >= SAME_DIRECTION_COSINE;
}

/** Position of a slice along its normal, mm; null without position or orientation. */
export function heightOf(header: SliceHeader, axes: SliceAxes): number | null {
  return header.imagePositionPatient === null ? null : dot(header.imagePositionPatient, axes.normal);
}

export function dot(a: WorldVector, b: WorldVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: WorldVector, b: WorldVector): WorldVector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function scale(v: WorldVector, factor: number): WorldVector {
  return [v[0] * factor, v[1] * factor, v[2] * factor];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
