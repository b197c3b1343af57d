import { distanceMm } from '../geometry/spaces.ts';
import type { LevelPick } from './pick.ts';
import { renameAll } from './rename.ts';

/** Two centres nearer than this mean the same body: bodies that are neighbours are at least 16 mm apart (check-picks.ts). */
export const SAME_BODY_MM = 10;

/**
 * Proposals as they stand beside what the reader or a file has placed: a body that both know gives the names, and the proposals
 * follow it; bodies and names that are there already, and bodies that the reader rejected, are left out.
 * @param kept picks that are not the app's own proposals
 * @param proposals head to feet
 */
export function reconcileProposals(kept: readonly LevelPick[], proposals: readonly LevelPick[]): readonly LevelPick[] {
  const named = followNames(kept.filter(({ state }) => state !== 'rejected'), proposals);
  return named.filter((one) => kept.every((pick) => pick.level !== one.level && !isSameBody(pick, one)));
}

function followNames(placed: readonly LevelPick[], proposals: readonly LevelPick[]): readonly LevelPick[] {
  for (const pick of placed) {
    const same = proposals.find((one) => isSameBody(one, pick));
    if (same === undefined) continue;
    const renamed = renameAll(proposals, same.level, pick.level);
    return renamed.ok ? renamed.value.map((one) => (one.proposal ? { ...one, proposal: { ...one.proposal, nameConfidence: 1 } } : one)) : [];
  }
  return proposals;
}

function isSameBody(one: LevelPick, other: LevelPick): boolean {
  return distanceMm(one.centreLps, other.centreLps) < SAME_BODY_MM;
}
