import { describe, expect, test } from 'vitest';
import { halfOf, toHalfFloats } from './half-float.ts';

/** The definition of binary16, read back: sign, exponent, mantissa with its implied leading bit. */
function valueOf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const magnitude = exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -magnitude : magnitude;
}

describe('half floats for drawing', () => {
  test('should hold every HU from −2048 to 2048 exactly', () => {
    for (let hu = -2048; hu <= 2048; hu += 1) expect(valueOf(halfOf(hu)) === hu, `${hu}`).toBe(true);
  });

  test('should be the nearest half float beyond, over the whole 16-bit range', () => {
    for (let hu = -32768; hu <= 32767; hu += 7) {
      const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(hu)))) - 10);
      expect(Math.abs(valueOf(halfOf(hu)) - hu), `${hu}`).toBeLessThanOrEqual(step / 2);
    }
    // Known bit patterns.
    expect([halfOf(1), halfOf(-2), halfOf(1024), halfOf(-32768), halfOf(0)]).toEqual([0x3c00, 0xc000, 0x6400, 0xf800, 0]);
    // Halfway between two, to the even one; and a carry into the next power of two.
    expect([valueOf(halfOf(2049)), valueOf(halfOf(2051)), valueOf(halfOf(4095))]).toEqual([2048, 2052, 4096]);
  });

  test('should round fractions and stop at the limits of 16 bit', () => {
    const into = new Uint16Array(4);
    toHalfFloats(Float32Array.of(100.4, -99.6, 1e6, -1e6), into);
    expect([...into].map(valueOf)).toEqual([100, -100, 32768, -32768]);
  });
});
