import type { SeriesGrid } from '#src/core/dicom/series.ts';
import type { HuSlice } from './hu-slice.ts';

/** Where a shifted slice does not reach, the grid holds air, HU. */
const OUTSIDE_HU = -1024;

/**
 * A decoded slice moved onto the straight grid of a tilted scan: linear interpolation by the slice's own sub-pixel shift. The slice
 * itself where the scan is straight.
 */
export function straighten(slice: HuSlice, k: number, { shear, sizeVox: [columns, rows] }: SeriesGrid): HuSlice {
  if (shear === undefined) return slice;
  const steps = k - shear.straightSlice;
  return shifted(slice, columns, rows, steps * shear.pixelsPerSlice[0], steps * shear.pixelsPerSlice[1]);
}

/** The value at (i, j) becomes that of the slice at (i − di, j − dj). */
function shifted(slice: HuSlice, columns: number, rows: number, di: number, dj: number): HuSlice {
  const moved = slice instanceof Int16Array ? new Int16Array(slice.length) : new Float32Array(slice.length);
  const isWhole = moved instanceof Int16Array;
  const [wholeI, wholeJ] = [Math.floor(-di), Math.floor(-dj)];
  const [fi, fj] = [-di - wholeI, -dj - wholeJ];
  // One sample beyond the last row or column has weight 0 when the shift is a whole number of pixels.
  const [nextI, nextJ] = [fi > 0 ? 1 : 0, fj > 0 ? columns : 0];
  const isInside = (n: number, next: boolean, size: number) => n >= 0 && n + (next ? 1 : 0) < size;
  for (let j = 0; j < rows; j += 1) {
    const sourceJ = j + wholeJ;
    const isRowInside = isInside(sourceJ, fj > 0, rows);
    for (let i = 0; i < columns; i += 1) {
      const sourceI = i + wholeI;
      const target = j * columns + i;
      if (!isRowInside || !isInside(sourceI, fi > 0, columns)) {
        moved[target] = OUTSIDE_HU;
        continue;
      }
      const at = sourceJ * columns + sourceI;
      const upper = (slice[at] ?? 0) * (1 - fi) + (slice[at + nextI] ?? 0) * fi;
      const lower = (slice[at + nextJ] ?? 0) * (1 - fi) + (slice[at + nextJ + nextI] ?? 0) * fi;
      const value = upper * (1 - fj) + lower * fj;
      moved[target] = isWhole ? Math.round(value) : value;
    }
  }
  return moved;
}
