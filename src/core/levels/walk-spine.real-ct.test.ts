import { describe, expect, it } from 'vitest';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { loadReferenceCt, REFERENCE_CTS, referenceLevels } from '#src/testing/reference-centres.ts';
import { distanceMm, type WorldPoint } from '../geometry/spaces.ts';
import { snapToBody } from './snap-to-body.ts';
import { compareVertebrae, isAnalysed, isVertebraName } from './vertebra-name.ts';
import { walkSpine } from './walk-spine.ts';

describe.skipIf(!hasTestData('reference.json'))(`walkSpine on real CTs (skipped where ${NO_TEST_DATA})`, () => {
  it.each(REFERENCE_CTS)('%s: from each level it finds all whole neighbours, each in its own body, and no others', { timeout: 300_000 }, async (name) => {
    const volume = loadReferenceCt(name);
    const known = referenceLevels(name).flatMap(({ level, centre }) => (isVertebraName(level) && isAnalysed(level) ? [{ level, centre }] : [])).toSorted((one, other) => compareVertebrae(one.level, other.level));
    for (const { level, centre } of known) {
      const start = { level, centreLps: snapToBody(volume, centre).centreLps, state: 'confirmed' } as const;
      const find = (at: WorldPoint) => Promise.resolve(snapToBody(volume, at));
      const found = await walkSpine({ volume, start, taken: [], find, isWanted: () => true });
      expect.soft(found.map((pick) => pick.level).join(' '), `from ${level}`).toBe(known.flatMap((one) => (one.level === level ? [] : [one.level])).join(' '));
      for (const other of known.filter((one) => one.level !== level)) {
        const pick = found.find((one) => one.level === other.level);
        expect.soft(pick && distanceMm(pick.centreLps, other.centre), `${other.level} from ${level}`).toBeLessThan(5);
      }
    }
  });
});
