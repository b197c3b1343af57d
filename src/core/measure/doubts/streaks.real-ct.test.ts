import { describe, expect, it } from 'vitest';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { loadReferenceCt, referenceLevels } from '#src/testing/reference-centres.ts';
import { worldPoint } from '../../geometry/spaces.ts';
import { cellOf, readAxialSlab } from '../axial-slab.ts';
import { DOUBT_LIMITS } from './limits.ts';
import { findStreaks } from './streaks.ts';

/* ts-example has metal in a hip, far below its last vertebra: the only streaks among the real scans. No level lies in these slices. */
describe.skipIf(!hasTestData('reference.json'))(`streaks on a real CT (skipped where ${NO_TEST_DATA})`, () => {
  const volume = hasTestData('reference.json') ? loadReferenceCt('ts-example') : null;
  const streaksBelowL5 = (mm: number) => {
    const l5 = referenceLevels('ts-example').find(({ level }) => level === 'L5');
    if (volume === null || l5 === undefined) throw new Error('ts-example has no L5.');
    const [x, y, z] = l5.centre;
    const centre = worldPoint(x, y + 20, z - mm);
    const slab = readAxialSlab(volume, centre);
    return findStreaks(slab, cellOf(slab, centre));
  };

  it.each([111, 120, 138])('are seen beside the sacrum %i mm below L5, a hand from the metal', (mm) => {
    const found = streaksBelowL5(mm);
    expect(found?.metalMm).toBeGreaterThan(80);
    expect(found?.ratio).toBeGreaterThan(DOUBT_LIMITS.streaks.ratio);
    expect(found?.hu).toBeGreaterThan(DOUBT_LIMITS.streaks.leastHu);
  });

  it('are not looked for in slices without metal', () => {
    expect(streaksBelowL5(0)).toBeNull();
  });
});
