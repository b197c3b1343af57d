import type { SliceHeader } from '#src/core/dicom/series.ts';
import type { HuSlice } from './hu-slice.ts';

const AIR_HU = -1024;
/** Highest value of a CT with 12 bits and the usual intercept. */
const HIGHEST_TISSUE_HU = 3071;
const INT16_MAX = 32767;

/**
 * Padding (PS3.3 C.7.5.1.1.2) brighter than any tissue, as where an unsigned 63536 stands for −2000, becomes air, in
 * place: beside the field of view there is nothing to see. Padding within the range of tissue stays as it is: headers
 * are met that name a value which real pixels have.
 */
export function padWithAir(values: HuSlice, { pixelPadding, rescaleSlope, rescaleIntercept }: SliceHeader): HuSlice {
  if (pixelPadding === null) return values;
  const [a = 0, b = 0] = pixelPadding.map((stored) => (rescaleSlope ?? 1) * stored + (rescaleIntercept ?? 0));
  const low = Math.min(a, b, INT16_MAX);
  if (low <= HIGHEST_TISSUE_HU) return values;
  const high = Math.max(a, b);
  for (let n = 0; n < values.length; n += 1) {
    const hu = values[n] ?? 0;
    if (hu >= low && hu <= high) values[n] = AIR_HU;
  }
  return values;
}
