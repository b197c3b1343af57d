import { describe, expect, it } from 'vitest';
import { makeHeader } from './test-fixtures.ts';
import { huTypeOf, rangeOf, rescaleToHu } from './hu-slice.ts';

describe('rescale', () => {
  it('keeps fractions where the ends of the range happen to be whole', () => {
    // 0 and 4000 give whole numbers with slope 0.5; Cornerstone would choose a 16-bit type and cut 1023.5.
    const values = rescaleToHu(new Uint16Array([0, 2047, 4000]), 0.5, -1024, 'Float32Array');
    expect([...values]).toEqual([-1024, -0.5, 976]);
  });

  it('stops at the 16-bit limits instead of wrapping round', () => {
    expect([...rescaleToHu(new Int16Array([-32768, 100]), 1, -1024, 'Int16Array')]).toEqual([-32768, -924]);
    expect([...rescaleToHu(new Uint16Array([65535]), 1, -1024, 'Int16Array')]).toEqual([32767]);
  });

  it('gives the same numbers in place and in a new array, and overwrites only a buffer that is all its own', () => {
    const stored = [0, 1, 1000, 40000, 65535];
    const own = Uint16Array.from(stored);
    const shared = new Uint16Array([...stored, 7]);
    const expected = [-1024, -1023, -24, 32767, 32767];
    const values = rescaleToHu(own, 1, -1024, 'Int16Array');
    expect([...values]).toEqual(expected);
    expect(values.buffer).toBe(own.buffer);
    expect([...rescaleToHu(shared.subarray(0, 5), 1, -1024, 'Int16Array')]).toEqual(expected);
    expect([...shared]).toEqual([...stored, 7]);
    expect([...rescaleToHu(Uint16Array.from(stored), 2, -1000, 'Int16Array')]).toEqual([-1000, -998, 1000, 32767, 32767]);
  });

  it('uses float for the whole series when one slice has a fractional slope', () => {
    expect(huTypeOf([makeHeader({}), makeHeader({ rescaleSlope: 1.5 })])).toBe('Float32Array');
    expect(huTypeOf([makeHeader({ rescaleSlope: null, rescaleIntercept: null }), makeHeader({ rescaleIntercept: -1000 })])).toBe('Int16Array');
  });

  it('finds the range', () => {
    expect(rangeOf(new Int16Array([5, -7, 3]))).toEqual({ min: -7, max: 5 });
  });
});
