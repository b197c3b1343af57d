import { describe, expect, it } from 'vitest';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { turnedScan } from '#src/testing/measuring-cases.ts';
import { handPlacedRegions, loadReferenceCt, REFERENCE_CTS, referenceLevels } from '#src/testing/reference-centres.ts';
import type { ArrayVolume } from '#src/testing/synthetic-volume.ts';
import type { EllipticalCylinder } from '../geometry/elliptical-cylinder.ts';
import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { isAnalysed, isVertebraName } from '../levels/vertebra-name.ts';
import { dotOf } from '../geometry/vectors.ts';
import { chooseRoi } from './choose-roi.ts';
import { mean } from './doubts/focus.ts';
import { assessHeights } from './genant.ts';
import { measureRoiAt } from './roi.ts';

/** Without a fracture and whole in the scan. */
const SOUND: ReadonlySet<string> = new Set(['lidc-0314-chest T11', 'lidc-0314-chest T10', 'ts-example L2', 'ts-example L3', 'ts-example L4', 'ts-example L5', 'tptbox-l3 L3']);
/** Cut by the scan's upper end; and by its lower one, which leaves out the back half of the lower endplate. */
const CUT: ReadonlySet<string> = new Set(['ts-example T12', 'lidc-0314-chest T12']);
/** A wedge with a dense focus, which readers go round, as the app does. */
const PATHOLOGY: ReadonlySet<string> = new Set(['ts-example L1']);
/** Readers differ by 24 HU, and their mean is known to 4 HU only (docs/evaluation/measuring.md). */
const APART: ReadonlySet<string> = new Set(['lidc-0314-chest T11']);
/** How far a pick is moved along each axis, mm, and the patient turned, degrees. */
const MOVED_MM = 2;
const TURNS = [-20, 15] as const;

describe.skipIf(!hasTestData('reference.json'))(`fitted bodies of real CTs (skipped where ${NO_TEST_DATA})`, () => {
  it.each(REFERENCE_CTS)('%s: centre, heights and HU against the reference', { timeout: 120_000 }, (name) => {
    const volume = loadReferenceCt(name);
    for (const { level, centre, hu, sd } of referenceLevels(name)) {
      if (!isVertebraName(level) || !isAnalysed(level)) continue;
      const { roi, source, fit } = chooseRoi(volume, centre, undefined);
      const measured = measureRoiAt(volume, roi, 120);
      if (!measured.ok) throw new Error(`${level}: ${measured.error.sentence}`);
      const label = `${name} ${level}`;
      const heights = fit ? assessHeights(fit, null) : null;
      const said = heights ? `heights ${Object.values(heights.heightsMm).map((mm) => mm.toFixed(1)).join(' ')}, Genant ${heights.grade}` : 'no fit';
      process.stdout.write(`${label}: ${source}, ${measured.value.meanHu.toFixed(1)} HU against ${hu ?? 54} of the reference; ${said}\n`);
      // The reference's regions lie farther back, where bone is denser: even bone reads nearly the same, the dense noisy spine of LIDC does not.
      if (hu !== null && sd !== null && sd < 50) expect.soft(Math.abs(measured.value.meanHu - hu), label).toBeLessThan(8);
      if (CUT.has(label)) expect.soft(fit, label).toBeNull();
      if (!SOUND.has(label)) continue;
      expect.soft(source, label).toBe('body');
      expect.soft(distanceMm(fit?.centreLps ?? centre, centre), label).toBeLessThan(4);
      expect.soft(heights?.grade, label).toBe(0);
      expect.soft(heights?.biconcaveRatio, label).toBeGreaterThan(0.8);
    }
  });

  it('reads what six readers read, and agrees with their mean within 5 HU in nine of the ten bodies and more often than a reader with the others', { timeout: 240_000 }, () => {
    let agrees = 0;
    let agreesPlain = 0;
    let bodies = 0;
    let readersAgree = 0;
    let readings = 0;
    for (const name of REFERENCE_CTS) {
      const volume = loadReferenceCt(name);
      for (const { level, centre } of referenceLevels(name)) {
        if (!isVertebraName(level) || !isAnalysed(level)) continue;
        const label = `${name} ${level}`;
        const { roi, source, fit } = chooseRoi(volume, centre, undefined);
        const meanHuOf = (region: EllipticalCylinder): number => {
          const measured = measureRoiAt(volume, region, 120);
          if (!measured.ok) throw new Error(`${label}: a region lies outside the scan.`);
          return measured.value.meanHu;
        };
        const regions = handPlacedRegions(name, level);
        const byHand = regions.map(meanHuOf);
        const middle = mean(byHand);
        const apart = meanHuOf(roi) - middle;
        // A reader against the mean of the others.
        const fromOthers = byHand.map((hu, reader) => hu - mean(byHand.toSpliced(reader, 1)));
        const spread = Math.sqrt(mean(byHand.map((hu) => (hu - middle) ** 2)) * byHand.length / (byHand.length - 1));
        process.stdout.write(`${label}: ${byHand.map((hu) => hu.toFixed(1)).join(' ')}, mean ${middle.toFixed(1)} HU by hand (SD ${spread.toFixed(1)}), ${apart.toFixed(1)} more by the app\n`);
        if (fit) {
          const shares = regions.map((one) => {
            const forward = dotOf([0, 1, 2].map((axis) => (one.centreLps[axis] ?? 0) - (fit.centreLps[axis] ?? 0)) as [number, number, number], fit.front) / fit.halfDepthMm;
            return [forward, one.halfWidthMm / fit.halfWidthMm, one.halfDepthMm / fit.halfDepthMm].map((share) => share.toFixed(2)).join(' ');
          });
          process.stdout.write(`  in front in shares of the half depth, half axes in shares of the body's: ${shares.join(', ')}\n`);
        }
        if (PATHOLOGY.has(label)) expect.soft(source, label).toBe('beside-focus');
        expect.soft(middle + apart, label).toBeGreaterThanOrEqual(Math.min(...byHand));
        expect.soft(middle + apart, label).toBeLessThanOrEqual(Math.max(...byHand));
        if (!APART.has(label)) expect.soft(Math.abs(apart), label).toBeLessThan(3);
        bodies += 1;
        if (Math.abs(apart) <= 5) agrees += 1;
        // As the rule of docs/experiments.md counts, written when the app went round nothing.
        if (PATHOLOGY.has(label)) continue;
        if (Math.abs(apart) <= 5) agreesPlain += 1;
        readings += byHand.length;
        readersAgree += fromOthers.filter((hu) => Math.abs(hu) <= 5).length;
      }
    }
    process.stdout.write(`within 5 HU of the readers' mean: the app in ${agrees} of ${bodies} bodies, ${agreesPlain} of them without pathology, where a reader agrees with the other five in ${readersAgree} of ${readings} readings\n`);
    expect(bodies).toBe(10);
    expect(agrees).toBeGreaterThanOrEqual(9);
    expect(agreesPlain / 9).toBeGreaterThan(readersAgree / readings);
  });

  it.each(REFERENCE_CTS)('%s: a pick moved and a patient turned change little', { timeout: 120_000 }, (name) => {
    const volume = loadReferenceCt(name);
    for (const { level, centre } of referenceLevels(name)) {
      const label = `${name} ${level}`;
      if (!SOUND.has(label) && !PATHOLOGY.has(label)) continue;
      const meanAt = (scan: ArrayVolume, pick: WorldPoint) => {
        const { roi, fit } = chooseRoi(scan, pick, undefined);
        const measured = measureRoiAt(scan, roi, 120);
        if (fit === null || !measured.ok) throw new Error(`${label}: no body.`);
        return { meanHu: measured.value.meanHu, sdHu: measured.value.sdHu, turnDeg: (Math.atan2(fit.left[1], fit.left[0]) * 180) / Math.PI };
      };
      const still = meanAt(volume, centre);
      // Beside a focus the region goes from step to step of a grid.
      const most = PATHOLOGY.has(label) ? 5 : Math.max(2, 0.15 * still.sdHu);
      for (const axis of [0, 1, 2]) {
        for (const sign of [-1, 1]) {
          const pick = worldPoint(...(centre.map((mm, n) => (n === axis ? mm + sign * MOVED_MM : mm)) as [number, number, number]));
          expect.soft(Math.abs(meanAt(volume, pick).meanHu - still.meanHu), `${label}, pick moved`).toBeLessThan(most);
        }
      }
      for (const degrees of TURNS) {
        const turned = meanAt(turnedScan(volume, centre, degrees), centre);
        expect.soft(Math.abs(turned.turnDeg - still.turnDeg - degrees), `${label}, patient turned`).toBeLessThan(3);
        expect.soft(Math.abs(turned.meanHu - still.meanHu), `${label}, patient turned`).toBeLessThan(most);
      }
      process.stdout.write(`${label}: turned ${still.turnDeg.toFixed(1)} degrees\n`);
    }
  });

  it('takes no lung for the wall of a thoracic body', () => {
    const { centre } = referenceLevels('lidc-0314-chest').find(({ level }) => level === 'T11') ?? {};
    const { fit } = chooseRoi(loadReferenceCt('lidc-0314-chest'), centre ?? worldPoint(0, 0, 0), undefined);
    // 14.4 mm by eye on the axial plane; 17.7 where the edge of the lung counted.
    expect(Math.abs((fit?.halfWidthMm ?? 0) - 14.4)).toBeLessThan(0.8);
  });
});
