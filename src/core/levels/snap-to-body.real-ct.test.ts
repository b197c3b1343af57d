import { describe, expect, it } from 'vitest';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { loadReferenceCt, REFERENCE_CTS, referenceLevels } from '#src/testing/reference-centres.ts';
import { seededRandom, type ArrayVolume } from '#src/testing/synthetic-volume.ts';
import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { isLevel } from './level.ts';
import { snapToBody } from './snap-to-body.ts';

const CLICKS = 30;
/** Neighbouring bodies are at least 18 mm apart: nearer than half of that is the right one. */
const RIGHT_VERTEBRA_MM = 9;

/** Errors, mm, ascending, of clicks up to 10 mm off in x and y and 8 mm in z: the reference centres are good to about 2 mm. */
function errorsOfClicks(volume: ArrayVolume, centre: WorldPoint): readonly number[] {
  const random = seededRandom(1234);
  const offset = (reach: number): number => (random() * 2 - 1) * reach;
  const errors = Array.from({ length: CLICKS }, () => {
    const clicked = worldPoint(centre[0] + offset(10), centre[1] + offset(10), centre[2] + offset(8));
    return distanceMm(snapToBody(volume, clicked).centreLps, centre);
  });
  return errors.toSorted((one, other) => one - other);
}

describe.skipIf(!hasTestData('reference.json'))(`snapToBody on real CTs (skipped where ${NO_TEST_DATA})`, () => {
  it.each(REFERENCE_CTS)('%s: T10 to L5 to within 4 mm in the median and 6 mm for 19 of 20 clicks, never a wrong vertebra', { timeout: 120_000 }, (name) => {
    const volume = loadReferenceCt(name);
    const all: number[] = [];
    for (const { level, centre } of referenceLevels(name)) {
      if (!isLevel(level)) continue;
      const errors = errorsOfClicks(volume, centre);
      expect.soft(errors[CLICKS / 2], `median of ${level}`).toBeLessThan(4);
      expect.soft(errors.at(-1), `worst of ${level}`).toBeLessThan(RIGHT_VERTEBRA_MM);
      all.push(...errors);
    }
    all.sort((one, other) => one - other);
    expect(all[Math.floor(all.length * 0.5)]).toBeLessThan(3.2);
    expect(all[Math.floor(all.length * 0.95)]).toBeLessThan(5);
  });
});
