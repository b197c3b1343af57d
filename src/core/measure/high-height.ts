import type { VertebraName } from '../levels/vertebra-name.ts';
import { expectedHeightMm, expectedPosteriorMm, type FittedLevel, type HeightPlace } from './expected-height.ts';
import { assessHeights } from './genant.ts';

/**
 * Heights over the expected ones that are not of the person any more. The back of a level follows the others best (SD 5 % in simulated spines in
 * slices up to 3 mm; the mirror of Genant's least loss is four of them), the middle and the front vary more with wedging and hollow endplates
 * (SD 7.5 and 8 %). Chosen on the set `tune` of docs/evaluation/gates.
 */
export const TOO_HIGH = { posterior: 1.2, middle: 1.25, anterior: 1.25 } as const satisfies Record<HeightPlace, number>;

/** The height that is furthest above its limit. */
export type HighHeight = { readonly place: HeightPlace; /** Over the expected height. */ readonly ratio: number };

const PLACES = Object.keys(TOO_HIGH) as HeightPlace[];

/**
 * A height of a body that is higher than the other levels of the same person let expect: nothing makes a body higher, so its fit is wrong or the others
 * are low. Others that have lost height themselves do not count, unless all have. Null where no height is too high or there is no other level.
 */
export function findHighHeight(level: VertebraName, fit: FittedLevel['fit'], others: readonly FittedLevel[]): HighHeight | null {
  const rest = others.filter((other) => other.level !== level);
  const all = [{ level, fit }, ...rest];
  const sound = rest.filter((other) => assessHeights(other.fit, expectedPosteriorMm(other.level, all)).grade === 0);
  const against = sound.length > 0 ? sound : rest;
  const found = PLACES.flatMap((place) => {
    const expected = expectedHeightMm(place, level, against);
    const ratio = expected === null ? 0 : fit.heightsMm[place] / expected;
    return ratio > TOO_HIGH[place] ? [{ place, ratio }] : [];
  });
  return found.toSorted((one, other) => other.ratio / TOO_HIGH[other.place] - one.ratio / TOO_HIGH[one.place])[0] ?? null;
}

/**
 * Does the suggested grade of a body rest on a height that reads too high: its own, or, of a body that is lower all over, one of those that it was
 * compared with?
 */
export function isGradeDoubtful(level: VertebraName, fit: FittedLevel['fit'], others: readonly FittedLevel[]): boolean {
  if (findHighHeight(level, fit, others) !== null) return true;
  const rest = others.filter((other) => other.level !== level);
  if (assessHeights(fit, expectedPosteriorMm(level, rest)).shape !== 'crush') return false;
  const all = [{ level, fit }, ...rest];
  return rest.some((other) => findHighHeight(other.level, other.fit, all) !== null);
}
