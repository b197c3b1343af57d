import { NAME_SURE, type LevelPick, type NameAnchor, type NameCount } from '../levels/pick.ts';
import type { VertebraName } from '../levels/vertebra-name.ts';
import { formatProbability } from './format.ts';

const ANCHOR_WORDS: Readonly<Record<NameAnchor, string>> = { sacrum: 'the sacrum', 'last-rib': 'the last rib', 'first-rib': 'the first rib' };

/** "from the sacrum and the last rib, 97 % sure": how the app came to a name; the same words in the CSV. */
export function describeNameCount({ confidence, anchors }: NameCount): string {
  const from = anchors.length === 0 ? 'with no landmark in view' : `from ${anchors.map((anchor) => ANCHOR_WORDS[anchor]).join(' and ')}`;
  return `${from}, ${formatProbability(confidence)} sure`;
}

/** Of one level whose name is the app's own; null where the reader or a file gave it. */
export function describeName({ level, state, nameCount }: LevelPick): string | null {
  if (nameCount === undefined) return null;
  return `Named ${level} by an automatic count ${describeNameCount(nameCount)}; ${state === 'proposed' ? 'not confirmed yet' : 'confirmed by the reader'}.`;
}

/**
 * Of the levels that a statement on the patient rests on: which of them have the app's own names, by its least sure count, and that the
 * reader confirmed them. Null where the reader or a file named all of them.
 */
export function describeNames(picks: readonly LevelPick[], levels: readonly VertebraName[]): string | null {
  const counted = picks.flatMap(({ level, nameCount }) => (nameCount !== undefined && levels.includes(level) ? [{ level, nameCount }] : []));
  const least = counted.toSorted((one, other) => one.nameCount.confidence - other.nameCount.confidence)[0];
  if (least === undefined) return null;
  const named = `${counted.map(({ level }) => level).join(', ')} ${counted.length === 1 ? 'was' : 'were'} named by an automatic count ${describeNameCount(least.nameCount)}, which the reader confirmed`;
  return least.nameCount.confidence < NAME_SURE ? `${named} without renaming; if the count is off, so are these names.` : `${named}.`;
}
