import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fociIn, loadMeasuringCase, measuringCaseNames, SMALL_CASES, turnedScan, withBall } from '#src/testing/measuring-cases.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { crossOf, dotOf } from '../geometry/vectors.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import { chooseRoi } from './choose-roi.ts';
import { measureRoiAt } from './roi.ts';
import { boxForFit, fitVertebra, type VertebraFit } from './vertebra-fit.ts';

/** What Python's twin is compared with; UPDATE_TWIN=1 npx vitest run src/core/measure/vertebra-fit.test.ts writes it anew. */
const TWIN_FILE = 'training/tests/fixtures/fit-cases.json';

const CASES = measuringCaseNames(SMALL_CASES, 'small').map((name) => loadMeasuringCase(SMALL_CASES, name));

/** Turns of the patient in the scanner, degrees. */
const TURNS = [-24, 17] as const;

function fitVertebraIn(volume: VolumeSource, pick: WorldPoint): VertebraFit | null {
  return fitVertebra(volume.readBlock(boxForFit(volume, pick)), pick);
}

function fitOf({ volume, truth }: (typeof CASES)[number]): VertebraFit {
  const fit = fitVertebraIn(volume, truth.pick);
  if (fit === null) throw new Error('No body found.');
  return fit;
}

describe('fitVertebra on simulated vertebrae', () => {
  it('has six cases', () => expect(CASES).toHaveLength(6));

  it.each(CASES)('$name: axis, heights and width of the simulator', (one) => {
    const { truth } = one;
    const fit = fitOf(one);
    expect(fit.confidence).toBeGreaterThan(0.5);
    expect(distanceMm(fit.centreLps, truth.centre)).toBeLessThan(2.5);
    expect((Math.acos(Math.min(1, dotOf(fit.up, truth.up))) * 180) / Math.PI).toBeLessThan(4);
    expect(Math.abs(fit.heightsMm.middle - truth.middleMm)).toBeLessThan(1.5);
    expect(Math.abs(fit.heightsMm.anterior - truth.anteriorMm)).toBeLessThan(2.5);
    expect(Math.abs(fit.heightsMm.posterior - truth.posteriorMm)).toBeLessThan(2.5);
    expect(Math.abs(fit.halfWidthMm - truth.halfWidthMm)).toBeLessThan(1.5);
  });

  it.each(CASES)('$name: a right-handed frame whose rim points are as far apart as the heights say', (one) => {
    const { up, front, left, endplates, heightsMm } = fitOf(one);
    expect(dotOf(crossOf(up, front), left)).toBeCloseTo(1, 9);
    for (const [at, height] of [['anteriorLps', heightsMm.anterior], ['centreLps', heightsMm.middle], ['posteriorLps', heightsMm.posterior]] as const) {
      expect(distanceMm(endplates.superior[at], endplates.inferior[at])).toBeCloseTo(height, 6);
    }
    expect(endplates.superior.anteriorLps[1]).toBeLessThan(endplates.superior.posteriorLps[1]);
  });

  it.each(CASES)('$name: the region is within 7 HU of the hand-placed one, and lies in the body', ({ volume, truth }) => {
    const { roi, source, fit } = chooseRoi(volume, truth.pick, undefined);
    const measured = measureRoiAt(volume, roi, 120);
    expect(source).toBe('body');
    expect(measured.ok && Math.abs(measured.value.meanHu - truth.handMeanHu)).toBeLessThan(7);
    expect(roi.halfWidthMm).toBeLessThanOrEqual((fit?.halfWidthMm ?? 0) - 4);
    expect(roi.heightMm).toBeLessThanOrEqual((fit?.heightsMm.middle ?? 0) - 6 + 1e-9);
  });

  it.each(CASES)('$name: a patient turned in the scanner has a frame turned along, and reads the same', ({ volume, truth }) => {
    const still = chooseRoi(volume, truth.pick, undefined);
    const measuredStill = measureRoiAt(volume, still.roi, 120);
    for (const degrees of TURNS) {
      const scan = turnedScan(volume, truth.pick, degrees);
      const { roi, fit } = chooseRoi(scan, truth.pick, undefined);
      const measured = measureRoiAt(scan, roi, 120);
      if (still.fit === null || fit === null || !measured.ok || !measuredStill.ok) throw new Error('No body found.');
      const turn = Math.atan2(fit.left[1], fit.left[0]) - Math.atan2(still.fit.left[1], still.fit.left[0]);
      expect(Math.abs((turn * 180) / Math.PI - degrees)).toBeLessThan(1.5);
      expect(Math.abs(measured.value.meanHu - measuredStill.value.meanHu)).toBeLessThan(2.5);
    }
  });

  it('moves less than the pick does', () => {
    for (const { volume, truth } of CASES) {
      const [x, y, z] = truth.pick;
      const [one, other] = [fitVertebraIn(volume, truth.pick), fitVertebraIn(volume, worldPoint(x + 1.5, y - 1.5, z + 1))];
      if (one === null || other === null) throw new Error('No body found.');
      expect(distanceMm(one.centreLps, other.centreLps)).toBeLessThan(0.6);
    }
  });

  it('gives the numbers that Python is compared with, with foci and without', () => {
    const content = CASES.flatMap(({ name, volume, truth }) => [{ turnedDeg: 0, focus: null }, { turnedDeg: TURNS[1], focus: null }, ...fociIn(volume, truth.pick).map((focus) => ({ turnedDeg: 0, focus }))].map(({ turnedDeg, focus }) => {
      const turnedVolume = turnedScan(volume, truth.pick, turnedDeg);
      const scan = focus === null ? turnedVolume : withBall(turnedVolume, focus);
      const { roi, source, fit } = chooseRoi(scan, truth.pick, undefined);
      const measured = measureRoiAt(scan, roi, 120);
      return { name, turnedDeg, focus, source, fit, measured: measured.ok ? measured.value : null };
    }));
    const text = `${JSON.stringify(content, null, 1)}\n`;
    if (process.env['UPDATE_TWIN'] === '1') writeFileSync(TWIN_FILE, text);
    expect(readFileSync(TWIN_FILE, 'utf8')).toBe(text);
  });
});

describe('fitVertebra where there is no body', () => {
  it.each([['fat', -100], ['even bone', 200]])('%s: nothing is found with confidence, and the fixed region stands', (_, hu) => {
    const volume = makeSyntheticVolume(() => hu, { sizeVox: [80, 70, 40], spacingMm: [1.1, 1.3, 2.1], origin: worldPoint(-31, 17, -404) });
    const centre = worldPoint(12, 60, -362);
    const { source, fit, roi } = chooseRoi(volume, centre, undefined);
    expect({ source, fit }).toEqual({ source: 'fixed', fit: null });
    expect(roi.centreLps).toEqual([12, 58, -362]);
  });

  it('takes the region that the reader drew', () => {
    const [one] = CASES;
    if (!one) throw new Error('No case.');
    const { roi } = chooseRoi(one.volume, one.truth.pick, undefined);
    const drawn = { ...roi, heightMm: 4 };
    expect(chooseRoi(one.volume, one.truth.pick, drawn)).toMatchObject({ source: 'edited', roi: drawn });
  });
});
