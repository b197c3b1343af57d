import { describe, expect, it } from 'vitest';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { makeVolumeSource } from './read-block.ts';

const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
const spacingMm = [0.7, 0.9, 2.5] as const;
const grid: SeriesGrid = {
  sizeVox: [5, 4, 3],
  spacingMm,
  indexToWorld: makeAffine(worldPoint(-31, 212.5, -640), [[c, s, 0], [-s, c, 0], [0, 0, 1]], spacingMm),
};

/** Each voxel says its own index: i + 10 j + 100 k. */
function sliceAt(k: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: 20 }, (_none, n) => (n % 5) + 10 * Math.floor(n / 5) + 100 * k);
}

describe('volume source', () => {
  it('gives the same values row by row and in whole rows, into an old array of the right length or into a new one', () => {
    const volume = makeVolumeSource('v', grid, 'Int16Array', sliceAt);
    const wide = volume.readBlock({ min: [0, 1, 1], max: [5, 3, 3] });
    const narrow = volume.readBlock({ min: [1, 1, 1], max: [4, 3, 3] });
    expect(Array.from(wide.valuesHu).filter((value) => value % 10 >= 1 && value % 10 <= 3)).toEqual(Array.from(narrow.valuesHu));
    expect(wide.valuesHu[0]).toBe(110);
    const old = new Int16Array(20).fill(-7);
    const again = volume.readBlock({ min: [0, 1, 1], max: [5, 3, 3] }, old);
    expect(again.valuesHu).toBe(old);
    expect(again.valuesHu).toEqual(wide.valuesHu);
    expect(volume.readBlock({ min: [1, 1, 1], max: [4, 3, 3] }, old).valuesHu).toEqual(narrow.valuesHu);
    const float = makeVolumeSource('f', grid, 'Float32Array', (k) => Float32Array.from(sliceAt(k)));
    expect(float.readBlock({ min: [0, 1, 1], max: [5, 3, 3] }, old).valuesHu).toEqual(Float32Array.from(wide.valuesHu));
  });

  it('copies a box, i fastest, with the affine of its first voxel', () => {
    const block = makeVolumeSource('v', grid, 'Int16Array', sliceAt).readBlock({ min: [2, 1, 1], max: [4, 3, 3] });
    expect(block.sizeVox).toEqual([2, 2, 2]);
    expect([...block.valuesHu]).toEqual([112, 113, 122, 123, 212, 213, 222, 223]);
    expect(block.indexToWorld[3]).toBeCloseTo(-31 + 1.4 * c - 0.9 * s, 10);
    expect(block.indexToWorld[7]).toBeCloseTo(212.5 + 1.4 * s + 0.9 * c, 10);
    expect(block.indexToWorld[11]).toBeCloseTo(-637.5, 10);
    expect(block.indexToWorld[0]).toBe(grid.indexToWorld[0]);
  });

  it('copies long and short rows alike', () => {
    const columns = 131;
    const long = makeVolumeSource('v', { ...grid, sizeVox: [columns, 4, 3] }, 'Int16Array', (k) => Int16Array.from({ length: columns * 4 }, (_none, n) => (n % columns) + 200 * Math.floor(n / columns) + 1000 * k));
    for (const width of [7, 100]) {
      const block = long.readBlock({ min: [3, 1, 1], max: [3 + width, 3, 2] });
      expect([...block.valuesHu]).toEqual([1200, 1400].flatMap((row) => Array.from({ length: width }, (_none, i) => row + 3 + i)));
    }
  });

  it('clips to the scan', () => {
    const block = makeVolumeSource('v', grid, 'Int16Array', sliceAt).readBlock({ min: [-3, 2, -9], max: [1, 99, 1] });
    expect(block.sizeVox).toEqual([1, 2, 1]);
    expect([...block.valuesHu]).toEqual([20, 30]);
  });

  it('answers an empty block for a box beside the scan, whatever is loaded', () => {
    const block = makeVolumeSource('v', grid, 'Float32Array', () => null).readBlock({ min: [9, 0, 0], max: [12, 4, 3] });
    expect(block.sizeVox[0]).toBe(0);
    expect(block.valuesHu).toHaveLength(0);
  });

  it('reads only the slices of the box', () => {
    const read: number[] = [];
    const source = makeVolumeSource('v', grid, 'Int16Array', (k) => {
      read.push(k);
      return sliceAt(k);
    });
    source.readBlock({ min: [0, 0, 1], max: [5, 4, 2] });
    expect(read).toEqual([1]);
  });

  it('throws on a slice that is not loaded', () => {
    const source = makeVolumeSource('v', grid, 'Int16Array', (k) => (k === 2 ? null : sliceAt(k)));
    expect(() => source.readBlock({ min: [0, 0, 0], max: [1, 1, 3] })).toThrow(RangeError);
  });
});
