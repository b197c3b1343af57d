import { describe, expect, it } from 'vitest';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { loadReferenceCt, REFERENCE_CTS, referenceLevels } from '#src/testing/reference-centres.ts';
import { distanceMm } from '../geometry/spaces.ts';
import { isAnalysed, isVertebraName } from '../levels/vertebra-name.ts';
import { chooseRoi } from './choose-roi.ts';
import { assessHeights } from './genant.ts';
import { measureRoiAt } from './roi.ts';

/** Without a fracture, whole in the scan, and not of the noisy dense spine whose lowest body the slices nearly cut. */
const SOUND: ReadonlySet<string> = new Set(['lidc-0314-chest T11', 'lidc-0314-chest T10', 'ts-example L2', 'ts-example L3', 'ts-example L4', 'ts-example L5', 'tptbox-l3 L3']);
/** Cut by the scan's upper end. */
const CUT: ReadonlySet<string> = new Set(['ts-example T12']);

describe.skipIf(!hasTestData('reference.json'))(`fitted bodies of real CTs (skipped where ${NO_TEST_DATA})`, () => {
  it.each(REFERENCE_CTS)('%s: centre, heights and HU against the reference', { timeout: 120_000 }, (name) => {
    const volume = loadReferenceCt(name);
    for (const { level, centre, hu, sd } of referenceLevels(name)) {
      if (!isVertebraName(level) || !isAnalysed(level)) continue;
      const { roi, source, fit } = chooseRoi(volume, centre, undefined);
      const measured = measureRoiAt(volume, roi, 120);
      if (!measured.ok) throw new Error(`${level}: ${measured.error.sentence}`);
      const label = `${name} ${level}`;
      const heights = fit ? assessHeights(fit, []) : null;
      const said = heights ? `heights ${Object.values(heights.heightsMm).map((mm) => mm.toFixed(1)).join(' ')}, Genant ${heights.grade}` : 'no fit';
      process.stdout.write(`${label}: ${source}, ${measured.value.meanHu.toFixed(1)} HU against ${hu ?? 54} of the reference; ${said}\n`);
      // The fixed region is the reference's own; even bone reads the same wherever the region lies.
      if (hu !== null && sd !== null && sd < 50) expect.soft(Math.abs(measured.value.meanHu - hu), label).toBeLessThan(5);
      if (CUT.has(label)) expect.soft(fit, label).toBeNull();
      if (!SOUND.has(label)) continue;
      expect.soft(source, label).toBe('body');
      expect.soft(distanceMm(fit?.centreLps ?? centre, centre), label).toBeLessThan(4);
      expect.soft(heights?.grade, label).toBe(0);
      expect.soft(heights?.biconcaveRatio, label).toBeGreaterThan(0.8);
    }
  });
});
