import type { SliceHeader } from '#src/core/dicom/series.ts';

/** Any typed array of numbers. */
export type Numbers = { readonly length: number; [index: number]: number };

type PixelFormat = Pick<SliceHeader, 'bitsAllocated' | 'bitsStored' | 'pixelRepresentation'>;

/**
 * Takes the stored bits and their sign out of whole words, in place: the bits above may hold an old overlay or nothing
 * that repeats the sign (PS3.5 section 8.1.1).
 */
export function storedBits<Words extends Numbers>(numbers: Words, { bitsAllocated, bitsStored, pixelRepresentation }: PixelFormat): Words {
  const allocated = bitsAllocated ?? 16;
  const stored = bitsStored ?? allocated;
  if (stored >= allocated) return numbers;
  const words: Numbers = numbers;
  const unused = 32 - stored;
  if (pixelRepresentation === 1) {
    for (let n = 0; n < words.length; n += 1) words[n] = ((words[n] ?? 0) << unused) >> unused;
  } else {
    const mask = 2 ** stored - 1;
    for (let n = 0; n < words.length; n += 1) words[n] = ((words[n] ?? 0) & mask) >>> 0;
  }
  return numbers;
}

/** Decoded values with the sign that their coding does not know or that it denies; the highest of `bits` is the sign. */
export function withSign(values: ArrayLike<number>, bits: number): ArrayLike<number> {
  const shift = 32 - bits;
  const signed = new Int32Array(values.length);
  for (let n = 0; n < signed.length; n += 1) signed[n] = ((values[n] ?? 0) << shift) >> shift;
  return signed;
}

/** Decoded values of a coding that calls them signed under a header that does not. */
export function withoutSign(values: ArrayLike<number>, bits: number): ArrayLike<number> {
  const unsigned = new Uint32Array(values.length);
  for (let n = 0; n < unsigned.length; n += 1) unsigned[n] = ((values[n] ?? 0) << (32 - bits)) >>> (32 - bits);
  return unsigned;
}
