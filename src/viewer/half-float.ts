import type { HuSlice } from './hu-slice.ts';

const MANTISSA_BITS = 10;
const EXPONENT_BIAS = 15;
const SIGN_BIT = 0x8000;

/** IEEE 754 binary16 of a whole number from −32768 to 32767: exact up to 2048, then to the nearest of 11 significant bits, ties to even. */
export function halfOf(value: number): number {
  if (value === 0) return 0;
  const sign = value < 0 ? SIGN_BIT : 0;
  const magnitude = Math.abs(value);
  const exponent = Math.floor(Math.log2(magnitude));
  const scaled = magnitude * 2 ** (MANTISSA_BITS - exponent);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const mantissa = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // The leading bit of the mantissa is implied: added to the exponent it carries over where rounding reached the next power of two.
  return sign + ((exponent + EXPONENT_BIAS - 1) << MANTISSA_BITS) + mantissa;
}

let halves: Uint16Array | null = null;

/** By the bits of the value as unsigned 16-bit number. */
function table(): Uint16Array {
  halves ??= Uint16Array.from({ length: 65536 }, (_none, bits) => halfOf((bits << 16) >> 16));
  return halves;
}

/** For drawing only: fractions are rounded to whole HU, and above 2048 HU steps of 2 to 16 remain. Numbers are read from the slice itself. */
export function toHalfFloats(values: HuSlice, into: Uint16Array): void {
  const half = table();
  if (values instanceof Int16Array) {
    for (let n = 0; n < values.length; n += 1) into[n] = half[(values[n] ?? 0) & 0xffff] ?? 0;
    return;
  }
  for (let n = 0; n < values.length; n += 1) {
    const whole = Math.round(Math.min(32767, Math.max(-32768, values[n] ?? 0)));
    into[n] = half[whole & 0xffff] ?? 0;
  }
}
