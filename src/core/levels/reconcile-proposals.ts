import { distanceMm } from '../geometry/spaces.ts';
import type { LevelPick } from './pick.ts';
import { renameAll } from './rename.ts';
import { compareVertebrae } from './vertebra-name.ts';

/** Two centres nearer than this mean the same body: bodies that are neighbours are at least 16 mm apart (check-picks.ts). */
export const SAME_BODY_MM = 10;

/**
 * What the reader or a file has placed, and the app's proposals beside it, head to feet: a body that both know gives the names, and the
 * proposals follow it; bodies and names that are there already are left out. A rejected body stays rejected under the name that it would
 * have now, and is forgotten where no proposal lies on it and another body has its name.
 * @param kept picks that are not the app's own proposals
 * @param proposals head to feet
 */
export function reconcileProposals(kept: readonly LevelPick[], proposals: readonly LevelPick[]): readonly LevelPick[] {
  const [placed, rejected] = [kept.filter(({ state }) => state !== 'rejected'), kept.filter(({ state }) => state === 'rejected')];
  const named = followNames(placed, proposals);
  const refused = rejected.map((pick) => ({ ...pick, level: named.find((one) => isSameBody(one, pick))?.level ?? pick.level }));
  const added = named.filter((one) => placed.every((pick) => pick.level !== one.level && !isSameBody(pick, one)) && rejected.every((pick) => !isSameBody(pick, one)));
  const taken = new Set([...placed, ...added].map(({ level }) => level));
  const stillRefused = refused.filter(({ level }, n) => !taken.has(level) && refused.findIndex((one) => one.level === level) === n);
  return [...placed, ...added, ...stillRefused].toSorted((one, other) => compareVertebrae(one.level, other.level));
}

function followNames(placed: readonly LevelPick[], proposals: readonly LevelPick[]): readonly LevelPick[] {
  for (const pick of placed) {
    const same = proposals.find((one) => isSameBody(one, pick));
    if (same === undefined) continue;
    const renamed = renameAll(proposals, same.level, pick.level);
    return renamed.ok ? renamed.value.map((one) => countedFrom(pick, one)) : [];
  }
  return proposals;
}

/** A proposal whose name follows from that of a placed pick: as sure as that, and counted by the app only where that was. */
function countedFrom({ nameCount }: LevelPick, { nameCount: _own, ...one }: LevelPick): LevelPick {
  const settled = one.proposal ? { ...one, proposal: { ...one.proposal, nameConfidence: 1 } } : one;
  return nameCount === undefined ? settled : { ...settled, nameCount };
}

function isSameBody(one: LevelPick, other: LevelPick): boolean {
  return distanceMm(one.centreLps, other.centreLps) < SAME_BODY_MM;
}
