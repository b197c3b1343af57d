import { describe, expect, test } from 'vitest';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { makeProjection } from '#src/viewer/projection.ts';
import { endOnPlane } from './end-of-part.ts';

const SPACING = [0.9, 1.1, 2.5] as const;

function gridOf(directions: Parameters<typeof makeAffine>[1]): SeriesGrid {
  return { sizeVox: [41, 31, 21], spacingMm: SPACING, indexToWorld: makeAffine(worldPoint(-17, 23, -412), directions, SPACING) };
}

const AXIAL = gridOf([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);

function plane(name: 'sagittal' | 'axial', centre: readonly [number, number, number]) {
  return makeProjection({ plane: name, size: { width: 300, height: 200 }, mmPerPixel: 0.5, sliceIndex: 1, sliceCount: 9, centre: worldPoint(...centre) });
}

describe('the end of a part on a plane', () => {
  test('should be a line half a slice outside the outermost slice, across the scan', () => {
    const projection = plane('sagittal', [0, 39.5, -412]);
    const end = endOnPlane(AXIAL, 'first', projection);
    if (end?.kind !== 'line') throw new Error('No line.');
    // The lowest slice lies at z = -412, in the middle of the canvas; the face 1.25 mm below it, 2.5 pixels.
    expect(end.from.y).toBeCloseTo(102.5, 6);
    expect(end.to.y).toBeCloseTo(102.5, 6);
    // Rows from 23 - 0.55 to 23 + 30.5 * 1.1 mm, the canvas' middle at 39.5 mm.
    expect([end.from.x, end.to.x].toSorted((a, b) => a - b).map((x) => x.toFixed(3))).toEqual(['115.900', '184.100']);
    expect(end.isBelow).toBe(true);
    const upper = endOnPlane(AXIAL, 'last', projection);
    expect(upper?.kind === 'line' && [upper.from.y.toFixed(3), upper.isBelow]).toEqual(['-2.500', false]);
  });

  test('should be all of the outermost slice where the plane lies along it, and nothing of the others', () => {
    expect(endOnPlane(AXIAL, 'first', plane('axial', [0, 30, -412]))).toEqual({ kind: 'slice' });
    expect(endOnPlane(AXIAL, 'first', plane('axial', [0, 30, -409.5]))).toBeNull();
    expect(endOnPlane(AXIAL, 'last', plane('axial', [0, 30, -362]))).toEqual({ kind: 'slice' });
  });

  test('should follow the axes of a sagittal and of an oblique scan', () => {
    const sagittal = gridOf([[0, 1, 0], [0, 0, -1], [-1, 0, 0]]);
    // Slices run to the right: the first one is at x = -17, and its face to the left of it.
    expect(endOnPlane(sagittal, 'first', plane('sagittal', [-17, 40, -430]))).toEqual({ kind: 'slice' });
    const onAxial = endOnPlane(sagittal, 'first', plane('axial', [-17, 40, -430]));
    expect(onAxial?.kind === 'line' && [onAxial.from.x.toFixed(3), onAxial.to.x.toFixed(3)]).toEqual(['152.500', '152.500']);
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    const oblique = endOnPlane(gridOf([[c, 0, -s], [0, 1, 0], [s, 0, c]]), 'first', plane('axial', [0, 40, -416]));
    if (oblique?.kind !== 'line') throw new Error('No line.');
    expect(oblique.from.x).toBeCloseTo(oblique.to.x, 6);
    // On z = -416 the face -1.25 mm along the normal: x from -17 - 1.25 s + t c and z from -412 - 1.25 c - t s.
    const t = (4 - 1.25 * c) / s;
    expect(oblique.from.x).toBeCloseTo(150 + (-17 - 1.25 * s + t * c) / 0.5, 4);
  });
});
