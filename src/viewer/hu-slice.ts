import type { SliceHeader } from '#src/core/dicom/series.ts';

/** One decoded slice in HU: i fastest, then j; columns · rows values. */
export type HuSlice = Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

export type HuType = 'Int16Array' | 'Float32Array';

/** One number type for the whole series: float where any slice has a fractional slope, intercept or (NIfTI) value, so that no value is cut. */
export function huTypeOf(slices: readonly SliceHeader[]): HuType {
  const isWhole = slices.every((slice) => (slice.raw?.isWhole ?? true) && Number.isInteger(slice.rescaleSlope ?? 1) && Number.isInteger(slice.rescaleIntercept ?? 0));
  return isWhole ? 'Int16Array' : 'Float32Array';
}

/**
 * Stored values to HU: `slope · stored + intercept` (PS3.3 C.11.1.1.2), with slope 1 and intercept 0 where the header
 * has none. The only place where the rescale is applied: Cornerstone is given HU and a slope of 1.
 * Whole numbers beyond 16 bit (padding at −32768 with a negative intercept) stop at the limits instead of wrapping
 * round to the other sign.
 * @param stored given up: 16-bit values that fill their buffer are overwritten by the result
 */
export function rescaleToHu(stored: ArrayLike<number>, slope: number, intercept: number, type: HuType): HuSlice {
  if (type === 'Float32Array') {
    const values = new Float32Array(stored.length);
    for (let n = 0; n < values.length; n += 1) values[n] = slope * (stored[n] ?? 0) + intercept;
    return values;
  }
  const values = ownedAsInt16(stored) ?? new Int16Array(stored.length);
  if (slope === 1) {
    addWhole(stored, intercept, values);
    return values;
  }
  for (let n = 0; n < values.length; n += 1) {
    const hu = slope * (stored[n] ?? 0) + intercept;
    values[n] = hu < -32768 ? -32768 : hu > 32767 ? 32767 : hu;
  }
  return values;
}

/** The same memory as Int16Array, where stored values of 16 bit fill a buffer of their own: half the garbage of a second array. */
function ownedAsInt16(stored: ArrayLike<number>): Int16Array<ArrayBuffer> | null {
  if (!(stored instanceof Int16Array || stored instanceof Uint16Array)) return null;
  const { buffer } = stored;
  return buffer instanceof ArrayBuffer && buffer.byteLength === stored.byteLength ? new Int16Array(buffer) : null;
}

/** Slope 1, as nearly all CT: without a product of doubles several times faster. */
function addWhole(stored: ArrayLike<number>, intercept: number, values: Int16Array): void {
  for (let n = 0; n < values.length; n += 1) {
    const hu = (stored[n] ?? 0) + intercept;
    values[n] = hu < -32768 ? -32768 : hu > 32767 ? 32767 : hu;
  }
}

export function rangeOf(values: HuSlice): { readonly min: number; readonly max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let n = 0; n < values.length; n += 1) {
    const value = values[n] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
