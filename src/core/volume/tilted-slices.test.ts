import { describe, expect, test } from 'vitest';
import { straighten } from '#src/viewer/straighten.ts';
import type { SeriesGrid } from '../dicom/series.ts';
import { isScanned } from './tilted-slices.ts';

const SIZE = [37, 29, 15] as const;
const SHEAR = { pixelsPerSlice: [0.35, -0.8], straightSlice: 7 } as const;

describe('the scanned part of a straightened tilted scan', () => {
  test('should be exactly where straightening leaves no air, for every voxel', () => {
    const grid: SeriesGrid = { sizeVox: SIZE, spacingMm: [1, 1, 2], indexToWorld: [], shear: SHEAR };
    for (let k = 0; k < SIZE[2]; k += 1) {
      const slice = straighten(new Int16Array(SIZE[0] * SIZE[1]).fill(100), k, grid);
      for (let j = 0; j < SIZE[1]; j += 1) {
        for (let i = 0; i < SIZE[0]; i += 1) {
          const box = { min: [i, j, k], max: [i + 1, j + 1, k + 1] } as const;
          expect(isScanned(box, SIZE, SHEAR), `${i} ${j} ${k}`).toBe(slice[j * SIZE[0] + i] === 100);
        }
      }
    }
  });

  test('should leave the grid’s own edge to others, and look at all slices of a box', () => {
    expect(isScanned({ min: [-4, 3, 7], max: [9, 40, 8] }, SIZE, SHEAR)).toBe(true);
    expect(isScanned({ min: [0, 10, 7], max: [9, 12, 8] }, SIZE, SHEAR)).toBe(true);
    expect(isScanned({ min: [0, 10, 7], max: [9, 12, 12] }, SIZE, SHEAR)).toBe(false);
    expect(isScanned({ min: [5, 26, 3], max: [9, 29, 20] }, SIZE, SHEAR)).toBe(false);
  });
});
