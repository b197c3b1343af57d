import { describe, expect, it } from 'vitest';
import { fociIn, loadMeasuringCase, measuringCaseNames, SMALL_CASES, withBall, type Ball } from '#src/testing/measuring-cases.ts';
import type { ArrayVolume } from '#src/testing/synthetic-volume.ts';
import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { dotOf } from '../geometry/vectors.ts';
import { pointIn } from './body-frame.ts';
import { BODY_ROI } from './body-roi.ts';
import { chooseRoi } from './choose-roi.ts';
import { sampleBody } from './doubts/body-grid.ts';
import { measureRoiAt, type Roi } from './roi.ts';
import { roiBesideFocus } from './roi-beside-focus.ts';

const CASES = measuringCaseNames(SMALL_CASES, 'small').map((name) => loadMeasuringCase(SMALL_CASES, name));

function meanHu(volume: ArrayVolume, roi: Roi): number {
  const measured = measureRoiAt(volume, roi, 120);
  if (!measured.ok) throw new Error(measured.error.sentence);
  return measured.value.meanHu;
}

/** The fit and the usual region of the body as it is; then what is chosen with foci in it. */
function besideIn(volume: ArrayVolume, pick: WorldPoint, foci: readonly Ball[]) {
  const { fit, roi: usual } = chooseRoi(volume, pick, undefined);
  if (fit === null) throw new Error('No body found.');
  const scan = foci.reduce(withBall, volume);
  return { fit, usual, scan, roi: roiBesideFocus(sampleBody(scan, pick, fit), fit, usual) };
}

/** Points on the rim of a region, at its lower end, middle and upper end. */
function rimOf({ centreLps, up, front, left, halfWidthMm, halfDepthMm, heightMm }: Roi): readonly WorldPoint[] {
  return [-0.5, 0, 0.5].flatMap((z) => Array.from({ length: 24 }, (_, n) => (2 * Math.PI * n) / 24).map((angle) =>
    pointIn({ up, front, left }, worldPoint(...centreLps), halfWidthMm * Math.cos(angle), halfDepthMm * Math.sin(angle), z * heightMm)));
}

const WITH_FOCI = CASES.flatMap(({ name, volume, truth }) => fociIn(volume, truth.pick).map((focus) => ({ name, hu: focus.hu, volume, pick: truth.pick, focus })));

describe('roiBesideFocus', () => {
  it.each(WITH_FOCI)('$name, $hu HU: clear of the focus, in the body, no farther back, and closer to the bone without it', ({ volume, pick, focus }) => {
    const { fit, usual, scan, roi } = besideIn(volume, pick, [focus]);
    if (roi === null) throw new Error('The region stays.');
    const halfCellMm = 0.75;
    for (const point of [...rimOf(roi), worldPoint(...roi.centreLps)]) {
      expect(distanceMm(point, focus.centreLps)).toBeGreaterThan(focus.radiusMm + halfCellMm);
      const from = [0, 1, 2].map((axis) => (point[axis] ?? 0) - (fit.centreLps[axis] ?? 0)) as [number, number, number];
      const [x, y] = [dotOf(from, fit.left) / (fit.halfWidthMm - BODY_ROI.wallMarginMm), dotOf(from, fit.front) / (fit.halfDepthMm - BODY_ROI.wallMarginMm)];
      expect(Math.hypot(x, y)).toBeLessThan(1.03);
      expect(Math.abs(dotOf(from, fit.up))).toBeLessThanOrEqual(Math.min(fit.heightsMm.middle, fit.heightsMm.anterior) / 2 - BODY_ROI.endplateMarginMm + 1e-9);
    }
    const frontOf = ({ centreLps }: Roi): number => dotOf([centreLps[0], centreLps[1], centreLps[2]], fit.front);
    expect(frontOf(roi)).toBeGreaterThanOrEqual(frontOf(usual) - 1e-9);
    const bone = meanHu(volume, usual);
    expect(Math.abs(meanHu(scan, roi) - bone)).toBeLessThan(0.5 * Math.abs(meanHu(scan, usual) - bone));
  });

  it.each(CASES)('$name: without a focus the region stays', ({ volume, truth }) => {
    expect(besideIn(volume, truth.pick, []).roi).toBeNull();
  });

  it('stays where the focus does not touch it, where none is left beside it, and where a lytic one makes the body uneven', () => {
    const [one] = CASES;
    if (!one) throw new Error('No case.');
    const { volume, truth: { pick } } = one;
    const { usual, fit } = besideIn(volume, pick, []);
    const middle = worldPoint(...usual.centreLps);
    const [behind, dense] = [pointIn(fit, fit.centreLps, 0, 11, 0), fociIn(volume, pick)[0]];
    expect(besideIn(volume, pick, [{ centreLps: behind, radiusMm: 4, hu: 780 }]).roi).toBeNull();
    expect(besideIn(volume, pick, [{ centreLps: middle, radiusMm: 11, hu: 780 }]).roi).toBeNull();
    expect(besideIn(volume, pick, [dense]).roi).not.toBeNull();
    expect(besideIn(volume, pick, [dense, { centreLps: pointIn(fit, fit.centreLps, -8, 0, 0), radiusMm: 6, hu: 40 }]).roi).toBeNull();
  });

  it('takes a region that the reader drew as it is', () => {
    const [one] = WITH_FOCI;
    if (!one) throw new Error('No case.');
    const scan = withBall(one.volume, one.focus);
    const drawn = chooseRoi(one.volume, one.pick, undefined).roi;
    expect(chooseRoi(scan, one.pick, undefined).source).toBe('beside-focus');
    expect(chooseRoi(scan, one.pick, drawn)).toMatchObject({ source: 'edited', roi: drawn });
  });
});
