import { describe, expect, it } from 'vitest';
import { rescaleToHu } from './hu-slice.ts';
import { padWithAir } from './padding.ts';
import { makeHeader } from './test-fixtures.ts';

describe('padding', () => {
  it('becomes air where it is brighter than any tissue, at and beyond 16 bit', () => {
    const header = makeHeader({ pixelPadding: [63536, 63536], rescaleIntercept: -1024, rescaleSlope: 1 });
    expect([...padWithAir(rescaleToHu(Uint16Array.of(63536, 1064, 3000), 1, -1024, 'Int16Array'), header)]).toEqual([-1024, 40, 1976]);
  });

  it('covers the range up to its limit, in either order', () => {
    const header = makeHeader({ pixelPadding: [9000, 8000], rescaleIntercept: 0 });
    expect([...padWithAir(Int16Array.of(7999, 8000, 8500, 9000, 9001), header)]).toEqual([7999, -1024, -1024, -1024, 9001]);
  });

  it('stays below tissue and within it, where real pixels can have the value', () => {
    expect([...padWithAir(Int16Array.of(-2000, 40), makeHeader({ pixelPadding: [-2000, -2000], rescaleIntercept: 0 }))]).toEqual([-2000, 40]);
    expect([...padWithAir(Int16Array.of(0, 40), makeHeader({ pixelPadding: [0, 0], rescaleIntercept: 0 }))]).toEqual([0, 40]);
  });
});
