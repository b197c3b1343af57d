import { describe, expect, it } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { PLANES } from './plane.ts';
import { makeProjection } from './projection.ts';

const input = { size: { width: 640, height: 301 }, mmPerPixel: 0.7, sliceIndex: 3, sliceCount: 9, centre: worldPoint(-12, 88.5, -640) };

describe('plane projection', () => {
  it('draws a point 7 mm behind and 14 mm above the centre of a sagittal plane to the right and up', () => {
    const at = makeProjection({ ...input, plane: 'sagittal' }).worldToCanvas(worldPoint(-9, 95.5, -626));
    expect(at.x).toBeCloseTo(320 + 10, 9);
    expect(at.y).toBeCloseTo(150.5 - 20, 9);
    expect(at.distanceMm).toBeCloseTo(3, 9);
  });

  it('draws the patient’s left on the right of an axial plane and anterior up', () => {
    const at = makeProjection({ ...input, plane: 'axial' }).worldToCanvas(worldPoint(-5, 81.5, -645));
    expect(at.x).toBeCloseTo(330, 9);
    expect(at.y).toBeCloseTo(140.5, 9);
    // Axial slices are counted from the head: 5 mm below is 5 mm further on.
    expect(at.distanceMm).toBeCloseTo(5, 9);
  });

  it('draws the patient’s left on the right of a coronal plane and the head up', () => {
    const at = makeProjection({ ...input, plane: 'coronal' }).worldToCanvas(worldPoint(-26, 80.5, -626));
    expect(at.x).toBeCloseTo(300, 9);
    expect(at.y).toBeCloseTo(130.5, 9);
    expect(at.distanceMm).toBeCloseTo(-8, 9);
  });

  it.each(PLANES)('comes back to the same canvas position on the %s slice', (plane) => {
    const projection = makeProjection({ ...input, plane });
    const back = projection.worldToCanvas(projection.canvasToWorld(17.25, 260));
    expect(back.x).toBeCloseTo(17.25, 9);
    expect(back.y).toBeCloseTo(260, 9);
    expect(back.distanceMm).toBeCloseTo(0, 9);
  });
});
