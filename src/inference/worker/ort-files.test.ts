import { describe, expect, it } from 'vitest';
import { countThreads } from './ort-files.ts';

describe('countThreads', () => {
  it.each([
    [false, 16, 1],
    [true, 1, 1],
    [true, 2, 2],
    [true, 16, 4],
  ])('isolated %s with %i cores: %i', (isIsolated, cores, threads) => {
    expect(countThreads(isIsolated, cores)).toBe(threads);
  });
});
