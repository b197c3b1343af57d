import { fail, ok, type Result } from '#src/lib/result.ts';
import type { EllipticalCylinder } from '../geometry/elliptical-cylinder.ts';
import type { WorldPoint } from '../geometry/spaces.ts';
import { isOwnProposal, type LevelPick, type PickState } from './pick.ts';
import { spineOf } from './named-spine.ts';
import { renameAll, renameOne, shiftNames, type NameProblem } from './rename.ts';
import { reconcileProposals } from './reconcile-proposals.ts';
import { compareVertebrae, isAnalysed, type VertebraName } from './vertebra-name.ts';

/**
 * The picks of one study, as a value. Every operation gives a new value; a refused one gives its reason.
 * Each level is picked at most once; picks are in order from head to feet.
 */
export type PickSet = {
  readonly picks: readonly LevelPick[];
  /** The level that the next click places; null: a click places nothing. */
  readonly armed: VertebraName | null;
};

/** Undo history. Arming a level is no edit of its own: undo steps from placement to placement. */
export type PickHistory = {
  readonly past: readonly PickSet[];
  readonly present: PickSet;
  readonly future: readonly PickSet[];
};

/** Undo reaches this far back. */
const MAX_PAST = 100;

export function emptyPickHistory(): PickHistory {
  return { past: [], present: { picks: [], armed: null }, future: [] };
}

function commit(history: PickHistory, present: PickSet): PickHistory {
  return { past: [...history.past, history.present].slice(-MAX_PAST), present, future: [] };
}

function headToFeet(one: LevelPick, other: LevelPick): number {
  return compareVertebrae(one.level, other.level);
}

function withPick(set: PickSet, pick: LevelPick): PickSet {
  const picks = [...set.picks.filter(({ level }) => level !== pick.level), pick].toSorted(headToFeet);
  return { picks, armed: set.armed };
}

export function findPick(set: PickSet, level: VertebraName): LevelPick | undefined {
  return set.picks.find((pick) => pick.level === level);
}

/** The next measured level below `after`, which is picked, that the reader has not placed, else the next above, else null. */
export function nextArmed(picks: readonly LevelPick[], after: VertebraName): VertebraName | null {
  const isFree = (level: VertebraName): boolean => picks.every((pick) => pick.level !== level || isOwnProposal(pick));
  const spine = spineOf(picks);
  const position = spine.indexOf(after);
  const isNext = (level: VertebraName): boolean => isAnalysed(level) && isFree(level);
  return spine.slice(position + 1).find(isNext) ?? spine.slice(0, position).toReversed().find(isNext) ?? null;
}

/** Says which level the next click places; null disarms. */
export function armLevel(history: PickHistory, armed: VertebraName | null): PickHistory {
  return { ...history, present: { ...history.present, armed } };
}

/** Adds a pick of the reader's, or replaces that level's, arms the next level, and brings the app's proposals into line with it. */
export function placePick(history: PickHistory, pick: LevelPick): PickHistory {
  const { picks } = history.present;
  const kept = withPick({ picks: picks.filter((one) => !isOwnProposal(one)), armed: null }, pick).picks;
  const all = reconcileProposals(kept, picks.filter(isOwnProposal));
  return commit(history, { picks: all, armed: nextArmed(all, pick.level) });
}

/** Adds several picks at once, as one step of undo, and brings the app's proposals into line with them; arms nothing new. */
export function placePicks(history: PickHistory, picks: readonly LevelPick[]): PickHistory {
  if (picks.length === 0) return history;
  const { picks: before, armed } = history.present;
  const kept = picks.reduce(withPick, { picks: before.filter((one) => !isOwnProposal(one)), armed });
  const all = reconcileProposals(kept.picks, before.filter(isOwnProposal));
  return commit(history, { picks: all, armed });
}

/**
 * Replaces the app's own proposals, as one step of undo. What the reader or a file has placed stays, its names win, and what
 * the reader rejected is not proposed again. The same history where nothing would change.
 */
export function placeProposals(history: PickHistory, proposals: readonly LevelPick[]): PickHistory {
  const { picks, armed } = history.present;
  const kept = picks.filter((pick) => !isOwnProposal(pick));
  const next = reconcileProposals(kept, proposals);
  if (next.length === 0 && picks.length === 0) return history;
  // What was armed for the first click has been looked for: a click that only looks round must place nothing, and rename nothing.
  const isDone = kept.length === 0 && next.length > 0;
  return commit(history, { picks: next, armed: isDone ? null : armed });
}

/** Moves a level's centre; the pick becomes "edited". A level without a pick stays as it is. */
export function movePick(history: PickHistory, level: VertebraName, centreLps: WorldPoint): PickHistory {
  const pick = findPick(history.present, level);
  return pick === undefined ? history : commit(history, withPick(history.present, { ...withoutRoi(asReaders(pick, 'edited')), centreLps }));
}

/** Removes a level's pick and arms that level, so that the next click puts it right. */
export function removePick(history: PickHistory, level: VertebraName): PickHistory {
  if (findPick(history.present, level) === undefined) return history;
  return commit(history, { picks: history.present.picks.filter((pick) => pick.level !== level), armed: level });
}

/** Keeps a proposal in mind as rejected: it is not shown, not measured and not proposed again. */
export function rejectPick(history: PickHistory, level: VertebraName): PickHistory {
  const pick = findPick(history.present, level);
  return pick === undefined ? history : commit(history, withPick(history.present, asReaders(pick, 'rejected')));
}

/** The reader takes over one proposal, and with its name those of the other proposals, which are counted from it. */
export function confirmPick(history: PickHistory, level: VertebraName): PickHistory {
  const pick = findPick(history.present, level);
  if (pick?.state !== 'proposed') return history;
  const { picks, armed } = withPick(history.present, asReaders(pick, 'confirmed'));
  return commit(history, { picks: picks.map(withSettledName), armed });
}

/** The reader takes over all proposals; the next click places nothing. */
export function confirmAll(history: PickHistory): PickHistory {
  const { picks } = history.present;
  if (picks.every(({ state }) => state !== 'proposed')) return history;
  const confirmed = picks.map((pick) => (pick.state === 'proposed' ? asReaders(pick, 'confirmed') : pick));
  return commit(history, { picks: confirmed, armed: null });
}

/** Keeps the measuring region that the reader drew; null goes back to the one by convention. A level without a pick stays as it is. */
export function editRoi(history: PickHistory, level: VertebraName, roi: EllipticalCylinder | null): PickHistory {
  const pick = findPick(history.present, level);
  if (pick === undefined || (roi === null && pick.roi === undefined)) return history;
  const plain = withoutRoi(asReaders(pick, 'edited'));
  return commit(history, withPick(history.present, roi === null ? plain : { ...plain, roi }));
}

/** The name is the reader's now, so that how the app had counted says nothing of it. */
function withReadersName({ nameCount: _nameCount, ...pick }: LevelPick): LevelPick {
  return withSettledName(pick);
}

/** A moved mark is measured anew, where its new body is. */
function withoutRoi({ roi: _roi, ...pick }: LevelPick): LevelPick {
  return pick;
}

/** The pick with the reader's word on it; no proposal any more. */
function asReaders({ proposal: _proposal, ...pick }: LevelPick, state: PickState): LevelPick {
  return { ...pick, state };
}

function withSettledName(pick: LevelPick): LevelPick {
  return isOwnProposal(pick) ? { ...pick, proposal: { ...pick.proposal, nameConfidence: 1 } } : pick;
}

/**
 * Renames all picks by one level: 1 towards the feet, −1 towards the head; the centres stay. The armed level goes along
 * where it can. Refused when the label of anything but a proposal would leave T1 to S1; a proposal that would is dropped.
 */
export function shiftAll(history: PickHistory, steps: 1 | -1): Result<PickHistory, NameProblem> {
  const shifted = shiftNames(history.present.picks, steps);
  if (!shifted.ok) return shifted;
  const { picks, nameOf } = shifted.value;
  const { armed } = history.present;
  return ok(commit(history, { picks: picks.map(withReadersName), armed: armed === null ? null : nameOf(armed) }));
}

/**
 * Gives a vertebra its right name. With `isAlong` all others are renamed with it, counted from it; else the others keep theirs,
 * and a name in use is refused. The centres stay.
 */
export function renamePick(history: PickHistory, level: VertebraName, to: VertebraName, isAlong: boolean): Result<PickHistory, NameProblem> {
  const { picks } = history.present;
  const renamed = isAlong ? renameAll(picks, level, to) : renameOne(picks, level, to);
  if (!renamed.ok) return fail(renamed.error);
  // A name given to one vertebra alone says nothing of how the others were counted.
  const named = renamed.value.map((pick) => (isAlong || pick.level === to ? withReadersName(pick) : withSettledName(pick)));
  return ok(commit(history, { picks: named.toSorted(headToFeet), armed: null }));
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
