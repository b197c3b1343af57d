import { describe, expect, it } from 'vitest';
import { worldPoint } from '../geometry/spaces.ts';
import { dotOf } from '../geometry/vectors.ts';
import { frameOfAxis } from './body-frame.ts';
import { cutRoi } from './cut-roi.ts';
import { grownRoi, isRoiSize, movedRoi, pulledRoi, ROI_SIZE_MM } from './edit-roi.ts';

const frame = frameOfAxis([0.1, -0.35, 0.93]);
const roi = { centreLps: [12, -31, 407] as const, ...frame, halfWidthMm: 9, halfDepthMm: 6.5, heightMm: 8 };

describe('editing a region', () => {
  it('moves its centre and nothing else', () => {
    expect(movedRoi(roi, [1, -2, 3])).toEqual({ ...roi, centreLps: [13, -33, 410] });
  });

  it('is pulled along its own axes, whatever else the pointer does', () => {
    const by = [0.5 * frame.front[0] + 4 * frame.up[0], 0.5 * frame.front[1] + 4 * frame.up[1], 0.5 * frame.front[2] + 4 * frame.up[2]] as const;
    expect(pulledRoi(roi, 'front', by).halfDepthMm).toBeCloseTo(7, 9);
    expect(pulledRoi(roi, 'up', by).heightMm).toBeCloseTo(16, 9);
    expect(pulledRoi(roi, 'left', by).halfWidthMm).toBeCloseTo(9, 9);
  });

  it('stays within the sizes allowed', () => {
    expect(isRoiSize(grownRoi(roi, 100))).toBe(true);
    expect(grownRoi(roi, -100)).toMatchObject({ halfWidthMm: ROI_SIZE_MM.halfWidth[0], halfDepthMm: ROI_SIZE_MM.halfDepth[0], heightMm: ROI_SIZE_MM.height[0] });
  });
});

describe('cutRoi', () => {
  it('is the whole ellipse across the axis', () => {
    const points = cutRoi(roi, { point: worldPoint(...roi.centreLps), normal: frame.up });
    const reach = (axis: readonly [number, number, number]) => Math.max(...points.map((p) => dotOf([p[0] - 12, p[1] + 31, p[2] - 407], axis)));
    expect(reach(frame.left)).toBeCloseTo(9, 6);
    expect(reach(frame.front)).toBeCloseTo(6.5, 6);
    expect(Math.abs(reach(frame.up))).toBeLessThan(1e-9);
  });

  it('is a rectangle along the axis, and all of it lies in the plane', () => {
    const points = cutRoi(roi, { point: worldPoint(...roi.centreLps), normal: frame.left });
    for (const p of points) expect(Math.abs(dotOf([p[0] - 12, p[1] + 31, p[2] - 407], frame.left))).toBeLessThan(1e-9);
    expect(Math.max(...points.map((p) => dotOf([p[0] - 12, p[1] + 31, p[2] - 407], frame.up)))).toBeCloseTo(4, 6);
  });

  it('is empty beside the region', () => {
    expect(cutRoi(roi, { point: worldPoint(12, -31, 420), normal: [0, 0, 1] })).toEqual([]);
  });
});
