import { describe, expect, it } from 'vitest';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { clampToGrid, fittedView, panned, projectionOf, revealed, steppedFocus, zoomed } from './plane-view.ts';
import { makeProjection } from './projection.ts';
import { makeLadder } from './slice-ladder.ts';

const spacingMm = [0.7, 0.9, 2.5] as const;
const grid: SeriesGrid = {
  sizeVox: [101, 121, 41],
  spacingMm,
  indexToWorld: makeAffine(worldPoint(-31, 212.5, -640), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], spacingMm),
};
const size = { width: 300, height: 220 };
const focus = worldPoint(4, 260, -590);
const view = fittedView(grid, 'sagittal', size);
const ladder = makeLadder(grid, 'sagittal');
const show = (next: typeof view) => makeProjection(projectionOf('sagittal', next, size, ladder, focus));

describe('plane view', () => {
  it('fits the whole scan into the canvas, touching in the tighter direction', () => {
    const projection = show(view);
    const corner = projection.worldToCanvas(worldPoint(4, 212.5, -640));
    expect(corner.x).toBeGreaterThan(0);
    expect(corner.y).toBeGreaterThan(200);
    expect(corner.y).toBeLessThan(220);
  });

  it('fits a box instead of the scan, tight along the longer side', () => {
    const box = { centre: worldPoint(3, 250, -600), halfMm: [20, 30, 44] } as const;
    const sagittal = fittedView(grid, 'sagittal', size, box);
    expect(sagittal.centre).toEqual(box.centre);
    expect(sagittal.mmPerPixel).toBeCloseTo(88 / 220 / 0.98, 9);
    expect(fittedView(grid, 'axial', size, box).mmPerPixel).toBeCloseTo(60 / 220 / 0.98, 9);
  });

  it('displays the slice nearest to the focus, on voxel centres', () => {
    const projection = show(view);
    expect(projection.sliceIndex).toBe(51);
    expect(projection.centre[0]).toBeCloseTo(-31 + 50 * 0.7, 9);
  });

  it('moves the image with the hand', () => {
    const before = show(view).canvasToWorld(100, 80);
    const after = show(panned('sagittal', view, 12, -7)).canvasToWorld(112, 73);
    expect(after[1]).toBeCloseTo(before[1], 9);
    expect(after[2]).toBeCloseTo(before[2], 9);
  });

  it('zooms around the pointer', () => {
    const before = show(view).canvasToWorld(40, 200);
    const next = zoomed('sagittal', view, size, 2.5, 40, 200);
    expect(next.mmPerPixel).toBeCloseTo(view.mmPerPixel / 2.5, 12);
    const after = show(next).canvasToWorld(40, 200);
    expect(after[1]).toBeCloseTo(before[1], 9);
    expect(after[2]).toBeCloseTo(before[2], 9);
  });

  it('centres a point that lies outside the canvas and leaves one inside alone', () => {
    const close = zoomed('sagittal', view, size, 8, 150, 110);
    expect(revealed('sagittal', close, size, worldPoint(0, 213, -639)).centre).toEqual(worldPoint(0, 213, -639));
    expect(revealed('sagittal', view, size, worldPoint(0, 213, -639))).toBe(view);
  });

  it('steps from the displayed slice to the next voxel centre and stops at the ends', () => {
    expect(steppedFocus('sagittal', ladder, focus, 1)[0]).toBeCloseTo(-31 + 51 * 0.7, 9);
    expect(steppedFocus('sagittal', ladder, focus, -999)[0]).toBeCloseTo(-31, 9);
    expect(steppedFocus('axial', makeLadder(grid, 'axial'), focus, 1)[2]).toBeCloseTo(-592.5, 9);
  });

  it('keeps a point inside the scan', () => {
    expect(clampToGrid(grid, worldPoint(-99, 250, 7))).toEqual(worldPoint(-31, 250, -540));
  });
});
