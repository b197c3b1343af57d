import { describe, expect, it } from 'vitest';
import { loadOrder } from './load-slices.ts';

describe('load order', () => {
  it('begins in the middle, goes outwards and leaves none out', () => {
    expect(loadOrder(5)).toEqual([2, 1, 3, 0, 4]);
    expect(loadOrder(4)).toEqual([2, 1, 3, 0]);
  });
});
