import { describe, expect, it } from 'vitest';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { straighten } from './straighten.ts';

const [columns, rows] = [9, 7];
const grid: SeriesGrid = {
  sizeVox: [columns, rows, 12],
  spacingMm: [0.8, 1.1, 2.5],
  indexToWorld: makeAffine(worldPoint(3, -5, 7), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.8, 1.1, 2.5]),
  shear: { pixelsPerSlice: [0.3, -0.55], straightSlice: 6 },
};

/** A slice k of a tilted scan of the field 100 + 10 i − 20 j, i and j on the straight grid. */
function tiltedSlice(k: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(columns * rows);
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < columns; i += 1) values[j * columns + i] = 100 + 10 * (i + (k - 6) * 0.3) - 20 * (j - (k - 6) * 0.55);
  }
  return values;
}

describe('straighten', () => {
  it.each([2, 5, 9])('puts slice %i of a tilted scan back where the straight grid wants it', (k) => {
    const straight = straighten(tiltedSlice(k), k, grid);
    let inside = 0;
    for (let j = 0; j < rows; j += 1) {
      for (let i = 0; i < columns; i += 1) {
        const value = straight[j * columns + i] ?? Number.NaN;
        if (value === -1024) continue;
        inside += 1;
        expect(value).toBeCloseTo(100 + 10 * i - 20 * j, 3);
      }
    }
    // Shifts of up to 1.2 and 2.2 pixels cost two columns and three rows at most.
    expect(inside).toBeGreaterThanOrEqual((columns - 2) * (rows - 3));
  });

  it('leaves the slice alone that is the straight one, and every slice of a straight scan', () => {
    const slice = tiltedSlice(6);
    expect([...straighten(slice, 6, grid)]).toEqual([...slice]);
    const { shear: _shear, ...upright } = grid;
    expect(straighten(slice, 2, upright)).toBe(slice);
  });

  it('rounds whole Hounsfield units and keeps their type', () => {
    const whole = Int16Array.from(tiltedSlice(5), Math.round);
    const straight = straighten(whole, 5, grid);
    expect(straight).toBeInstanceOf(Int16Array);
    expect(Math.abs((straight[3 * columns + 4] ?? 0) - (100 + 40 - 60))).toBeLessThanOrEqual(1);
  });
});
