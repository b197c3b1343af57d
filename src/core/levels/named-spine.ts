import { distanceMm } from '../geometry/spaces.ts';
import type { LevelPick } from './pick.ts';
import { NAMED_STEPS } from './spine-statistics.ts';
import { compareVertebrae, spineWith, type VertebraName } from './vertebra-name.ts';

/** Nearer than this share of their mean distance are two bodies without a third between them: with one they are about twice as far apart. */
const ONE_STEP = 1.4;

/** A vertebra by name and place; without a state it is not rejected. */
export type MarkedBody = Pick<LevelPick, 'level' | 'centreLps'> & { readonly state?: LevelPick['state'] };

/**
 * The vertebrae of the spine that these picks mark, head to feet: the usual ones, T13 and L6 where they are named, and no T12 or L5 where
 * none can be: T11 and L1, or L4 and S1, are named and neighbours. So a spine with eleven ribs is counted by its bodies.
 */
export function spineOf(picks: readonly MarkedBody[]): readonly VertebraName[] {
  const named = picks.filter(({ state }) => state !== 'rejected');
  const placeOf = (name: VertebraName) => named.find(({ level }) => level === name)?.centreLps;
  const isLeftOut = (name: VertebraName): boolean =>
    placeOf(name) === undefined &&
    NAMED_STEPS.some(({ from, to, meanMm }) => {
      const [above, below] = [placeOf(from), placeOf(to)];
      const isBetween = compareVertebrae(from, name) < 0 && compareVertebrae(name, to) < 0;
      return isBetween && above !== undefined && below !== undefined && distanceMm(above, below) < ONE_STEP * meanMm;
    });
  return spineWith(named.map(({ level }) => level)).filter((name) => !isLeftOut(name));
}
