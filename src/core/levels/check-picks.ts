import { distanceMm } from '../geometry/spaces.ts';
import type { LevelPick } from './pick.ts';
import { compareVertebrae, spineWith, type VertebraName } from './vertebra-name.ts';

/**
 * Distance between the centres of neighbouring bodies that is believed, mm. In 113 VerSe 2020 CTs, T9-T10 to L4-L5:
 * means 25.7 to 34.1, smallest 22.7, largest 39.9 (one T12 to L1 of 67.9 spans a T13); widened for fractures and tall patients.
 */
export const NEIGHBOUR_SPACING_MM = { min: 18, max: 50 } as const;
/** The same for a pair whose upper body is T1 to T8: there the smallest is 16.6. */
const UPPER_THORACIC_MIN_MM = 13;
const UPPER_THORACIC: ReadonlySet<VertebraName> = new Set(['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8']);

export type PickWarning = {
  readonly code: 'order' | 'too-close' | 'too-far';
  readonly levels: readonly [VertebraName, VertebraName];
  /** One plain sentence. */
  readonly sentence: string;
};

/**
 * What is odd about the picks as a row: each pick against the next lower one. Rejected picks are left out.
 * A gap of n levels may be n times as long.
 */
export function checkPicks(picks: readonly LevelPick[]): readonly PickWarning[] {
  const row = picks.filter(({ state }) => state !== 'rejected').toSorted((one, other) => compareVertebrae(one.level, other.level));
  const spine = spineWith(row.map(({ level }) => level));
  return row.slice(1).flatMap((lower, index) => {
    const upper = row[index];
    return upper === undefined ? [] : checkPair(upper, lower, spine.indexOf(lower.level) - spine.indexOf(upper.level));
  });
}

function checkPair(upper: LevelPick, lower: LevelPick, gaps: number): readonly PickWarning[] {
  const levels = [upper.level, lower.level] as const;
  const names = `${upper.level} and ${lower.level}`;
  if (lower.centreLps[2] >= upper.centreLps[2]) {
    return [{ code: 'order', levels, sentence: `${lower.level} lies above ${upper.level}: check the labels.` }];
  }
  const distance = distanceMm(upper.centreLps, lower.centreLps);
  const between = `${names} are ${Math.round(distance)} mm apart`;
  if (distance < gaps * (UPPER_THORACIC.has(upper.level) ? UPPER_THORACIC_MIN_MM : NEIGHBOUR_SPACING_MM.min)) {
    const sentence = `${between}, which is too close for ${gaps === 1 ? 'two vertebrae' : `${gaps + 1} vertebrae`}: check the labels.`;
    return [{ code: 'too-close', levels, sentence }];
  }
  if (distance > gaps * NEIGHBOUR_SPACING_MM.max) {
    return [{ code: 'too-far', levels, sentence: `${between}: a level between them may have been skipped.` }];
  }
  return [];
}
