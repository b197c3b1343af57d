import type { LevelPick } from '../levels/pick.ts';
import { isDensityRefused } from './gates.ts';
import type { LevelResult } from './level-result.ts';

/** Marks of a level that keep it out of all statements on the patient: it is not the bone that the published limits speak of. */
const EXCLUDING_MARKS: ReadonlySet<string> = new Set(['dense-material']);

/** Levels that may speak for the patient: confirmed or edited by the reader, measured, not refused and not marked as other than plain bone. */
export function usableLevels(results: readonly LevelResult[], picks: readonly LevelPick[]): readonly LevelResult[] {
  return readByReader(results, picks).filter(({ measurement, warnings }) => measurement !== null && !isDensityRefused(warnings) && !isExcluded(warnings));
}

/** Levels that the reader has neither rejected nor left as a proposal. */
export function readByReader(results: readonly LevelResult[], picks: readonly LevelPick[]): readonly LevelResult[] {
  const leftOut = new Set(picks.filter(({ state }) => state === 'rejected' || state === 'proposed').map(({ level }) => level));
  return results.filter(({ level }) => !leftOut.has(level));
}

function isExcluded(warnings: LevelResult['warnings']): boolean {
  return warnings.some(({ code, effect }) => effect !== 'note' && EXCLUDING_MARKS.has(code));
}
