import { fail, ok, type Result } from '#src/lib/result.ts';
import type { WorldPoint } from '../geometry/spaces.ts';
import { LEVELS, shiftLevel, type Level } from './level.ts';
import type { LevelPick } from './pick.ts';

/**
 * The picks of one study, as a value. Every operation gives a new value; a refused one gives its reason.
 * Each level is picked at most once; picks are in order from head to feet.
 */
export type PickSet = {
  readonly picks: readonly LevelPick[];
  /** The level that the next click places; null: a click places nothing. */
  readonly armed: Level | null;
};

/** Undo history. Arming a level is no edit of its own: undo steps from placement to placement. */
export type PickHistory = {
  readonly past: readonly PickSet[];
  readonly present: PickSet;
  readonly future: readonly PickSet[];
};

export type PickProblem = { readonly code: 'shift-leaves-range' | 'nothing-to-shift'; readonly sentence: string };

/** Undo reaches this far back. */
const MAX_PAST = 100;

export function emptyPickHistory(): PickHistory {
  return { past: [], present: { picks: [], armed: null }, future: [] };
}

function commit(history: PickHistory, present: PickSet): PickHistory {
  return { past: [...history.past, history.present].slice(-MAX_PAST), present, future: [] };
}

function headToFeet(one: LevelPick, other: LevelPick): number {
  return LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level);
}

function withPick(set: PickSet, pick: LevelPick): PickSet {
  const picks = [...set.picks.filter(({ level }) => level !== pick.level), pick].toSorted(headToFeet);
  return { picks, armed: set.armed };
}

export function findPick(set: PickSet, level: Level): LevelPick | undefined {
  return set.picks.find((pick) => pick.level === level);
}

/** The next level below that is not yet picked, else the next above, else null. */
export function nextArmed(picks: readonly LevelPick[], after: Level): Level | null {
  const isFree = (level: Level): boolean => picks.every((pick) => pick.level !== level);
  const position = LEVELS.indexOf(after);
  return LEVELS.slice(position + 1).find(isFree) ?? LEVELS.slice(0, position).toReversed().find(isFree) ?? null;
}

/** Says which level the next click places; null disarms. */
export function armLevel(history: PickHistory, armed: Level | null): PickHistory {
  return { ...history, present: { ...history.present, armed } };
}

/** Adds a pick, or replaces that level's, and arms the next level. */
export function placePick(history: PickHistory, pick: LevelPick): PickHistory {
  const { picks } = withPick(history.present, pick);
  return commit(history, { picks, armed: nextArmed(picks, pick.level) });
}

/** Adds several picks at once, as one step of undo; arms nothing new. */
export function placePicks(history: PickHistory, picks: readonly LevelPick[]): PickHistory {
  return picks.length === 0 ? history : commit(history, picks.reduce(withPick, history.present));
}

/** Moves a level's centre; the pick becomes "edited". A level without a pick stays as it is. */
export function movePick(history: PickHistory, level: Level, centreLps: WorldPoint): PickHistory {
  const pick = findPick(history.present, level);
  return pick === undefined ? history : commit(history, withPick(history.present, { ...pick, centreLps, state: 'edited' }));
}

/** Removes a level's pick and arms that level, so that the next click puts it right. */
export function removePick(history: PickHistory, level: Level): PickHistory {
  if (findPick(history.present, level) === undefined) return history;
  return commit(history, { picks: history.present.picks.filter((pick) => pick.level !== level), armed: level });
}

/**
 * Renames all picks by one level: 1 towards the feet, −1 towards the head; the centres stay. The armed level goes along
 * where it can. Refused when a label would leave T10 to L5.
 */
export function shiftAll(history: PickHistory, steps: 1 | -1): Result<PickHistory, PickProblem> {
  const { picks, armed } = history.present;
  if (picks.length === 0) return fail({ code: 'nothing-to-shift', sentence: 'There is no level to rename yet.' });
  const shifted: LevelPick[] = [];
  for (const pick of picks) {
    const level = shiftLevel(pick.level, steps);
    if (level === null) {
      const sentence = `The labels cannot move ${steps > 0 ? 'down' : 'up'} by one, because ${pick.level} is the ${steps > 0 ? 'lowest' : 'highest'} level that can be picked.`;
      return fail({ code: 'shift-leaves-range', sentence });
    }
    shifted.push({ ...pick, level });
  }
  return ok(commit(history, { picks: shifted, armed: armed === null ? null : shiftLevel(armed, steps) }));
}

export function canUndo(history: PickHistory): boolean {
  return history.past.length > 0;
}

export function canRedo(history: PickHistory): boolean {
  return history.future.length > 0;
}

/** The state before the last edit; the same history where there is none. */
export function undoPick(history: PickHistory): PickHistory {
  const present = history.past.at(-1);
  if (present === undefined) return history;
  return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future] };
}

/** The edit last undone; the same history where there is none. */
export function redoPick(history: PickHistory): PickHistory {
  const [present, ...future] = history.future;
  if (present === undefined) return history;
  return { past: [...history.past, history.present], present, future };
}
