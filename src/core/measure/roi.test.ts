import { describe, expect, it } from 'vitest';
import { PATIENT_AXES } from '../geometry/elliptical-cylinder.ts';
import { worldPoint, type WorldVector } from '../geometry/spaces.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { boxForRoi, measureRoi, measureRoiInBlock, roiAt, ROI_SHAPE } from './roi.ts';

const centre = worldPoint(-11, 41, -378);
/** Different slope along every axis: swapped or reversed axes give another mean. */
const gradient = (x: number, y: number, z: number): number => 4 * x + 7 * y - 2 * z;

describe('measureRoi', () => {
  it('takes the mean of a linear field at the centre moved 2 mm anterior', () => {
    const measured = measureRoi(makeSyntheticVolume(gradient), centre, 120);
    if (!measured.ok) throw new Error(measured.error.sentence);
    const expected = gradient(-11, 39, -378);
    expect(measured.value.meanHu).toBeCloseTo(expected, 0);
    expect(measured.value.medianHu).toBeCloseTo(expected, 0);
    expect(measured.value.vbmdMgCm3).toBeCloseTo(measured.value.meanHu / 1.35, 6);
    expect(measured.value.volumeMm3).toBeCloseTo(Math.PI * 10 * 7 * 8, 6);
    expect(measured.value.areaMm2).toBeCloseTo(Math.PI * 10 * 7, 6);
    expect(measured.value.roi).toEqual({ centreLps: [-11, 39, -378], ...PATIENT_AXES, halfWidthMm: 10, halfDepthMm: 7, heightMm: 8 });
  });

  it('gives the same numbers on a scan whose axes are turned and reversed', () => {
    const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
    const directions: [WorldVector, WorldVector, WorldVector] = [[0, c, s], [0, -s, c], [-1, 0, 0]];
    const turned = makeSyntheticVolume(gradient, { sizeVox: [48, 52, 40], spacingMm: [1.2, 0.9, 1.3], directions, origin: worldPoint(14, 32, -411) });
    const measured = measureRoi(turned, centre, null);
    if (!measured.ok) throw new Error(measured.error.sentence);
    expect(measured.value.meanHu).toBeCloseTo(gradient(-11, 39, -378), 0);
    expect(measured.value.vbmdMgCm3).toBeNull();
  });

  it('measures spread: half the region 100 HU above the other half gives an SD of 50', () => {
    const step = makeSyntheticVolume((x) => (x < -11 ? 50 : 150), { spacingMm: [0.4, 1.1, 2.3], sizeVox: [101, 41, 23] });
    const measured = measureRoi(step, centre, 120);
    expect(measured.ok && Math.abs(measured.value.sdHu - 50)).toBeLessThan(3);
  });

  it('refuses a region that lies partly outside the scan and tells how much', () => {
    const volume = makeSyntheticVolume(gradient);
    const measured = measureRoi(volume, worldPoint(-11, 41, -405), 120);
    expect(measured).toMatchObject({ ok: false, error: { code: 'roi-outside-scan' } });
    expect(!measured.ok && measured.error.outsideFraction).toBeGreaterThan(0.1);
  });

  it('reads no more than its box', () => {
    const volume = makeSyntheticVolume(gradient);
    const cut = volume.readBlock(boxForRoi(volume, roiAt(centre)));
    const whole = volume.readBlock({ min: [0, 0, 0], max: volume.sizeVox });
    const [fromCut, fromWhole] = [measureRoiInBlock(cut, roiAt(centre), 120), measureRoiInBlock(whole, roiAt(centre), 120)];
    if (!fromCut.ok || !fromWhole.ok) throw new Error('Not measured.');
    expect(fromCut.value.meanHu).toBeCloseTo(fromWhole.value.meanHu, 9);
    expect(fromCut.value.sdHu).toBeCloseTo(fromWhole.value.sdHu, 9);
    expect(cut.valuesHu.length).toBeLessThan(whole.valuesHu.length / 2);
  });

  it('shapes the region as the reference does', () => {
    expect(ROI_SHAPE).toEqual({ halfWidthMm: 10, halfDepthMm: 7, heightMm: 8, anteriorShiftMm: 2, sampleStepMm: 1 });
    expect(roiAt(worldPoint(1, 2, 3)).centreLps).toEqual([1, 0, 3]);
  });
});
