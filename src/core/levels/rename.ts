import { fail, ok, type Result } from '#src/lib/result.ts';
import type { LevelPick } from './pick.ts';
import { spineOf } from './named-spine.ts';
import { shiftName, spineWith, type VertebraName } from './vertebra-name.ts';

export type NameProblem = { readonly code: 'shift-leaves-range' | 'nothing-to-shift' | 'name-taken'; readonly sentence: string };

type Shifted = { readonly picks: readonly LevelPick[]; readonly nameOf: (name: VertebraName) => VertebraName | null };

/** All picks one name further in their own spine (named-spine.ts): 1 towards the feet, −1 towards the head. */
export function shiftNames(picks: readonly LevelPick[], steps: 1 | -1): Result<Shifted, NameProblem> {
  if (picks.length === 0) return fail({ code: 'nothing-to-shift', sentence: 'There is no level to rename yet.' });
  const spine = spineOf(picks);
  const nameOf = (name: VertebraName): VertebraName | null => shiftName(spine, name, steps);
  const renamed = renameEach(picks, nameOf);
  return renamed.ok ? ok({ picks: renamed.value, nameOf }) : renamed;
}

/**
 * All picks renamed so that `from` becomes `to`: the others are counted from it, body by body, in a spine that has T13 or L6 only where it
 * is the new name. So "L1 is T13" leaves the ribs' names and moves the lumbar ones up by one, and so does "L1 is T12" after eleven ribs.
 */
export function renameAll(picks: readonly LevelPick[], from: VertebraName, to: VertebraName): Result<readonly LevelPick[], NameProblem> {
  if (from === to) return ok(picks);
  const before = spineOf(picks);
  const after = spineWith([to]);
  return renameEach(picks, (name) => (before.includes(name) ? shiftName(after, to, before.indexOf(name) - before.indexOf(from)) : null));
}

/** One pick renamed, the others as they are. */
export function renameOne(picks: readonly LevelPick[], from: VertebraName, to: VertebraName): Result<readonly LevelPick[], NameProblem> {
  if (from !== to && picks.some(({ level, state }) => level === to && state !== 'rejected')) {
    return fail({ code: 'name-taken', sentence: `${from} cannot be named ${to}, because another vertebra has that name: rename all together, or remove that one first.` });
  }
  return ok(picks.filter(({ level }) => level === from || level !== to).map((pick) => (pick.level === from ? { ...pick, level: to } : pick)));
}

/** A proposal or a rejected pick whose name leaves T1 to S1 is dropped; one that the reader or a file placed is not. */
function renameEach(picks: readonly LevelPick[], nameOf: (name: VertebraName) => VertebraName | null): Result<readonly LevelPick[], NameProblem> {
  const renamed: LevelPick[] = [];
  for (const pick of picks) {
    const level = nameOf(pick.level);
    if (level !== null) renamed.push({ ...pick, level });
    else if (pick.state === 'confirmed' || pick.state === 'edited') {
      const sentence = `The labels cannot move that way, because ${pick.level} would get a name above T1 or below S1.`;
      return fail({ code: 'shift-leaves-range', sentence });
    }
  }
  return ok(renamed);
}
