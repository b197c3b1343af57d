import type { LevelPick } from '../levels/pick.ts';
import { isDensityRefused, NOT_FOR_PATIENT } from './gates.ts';
import type { LevelResult } from './level-result.ts';

/** Levels that may speak for the patient: confirmed or edited by the reader, measured, not refused and not marked as something else than plain bone. */
export function usableLevels(results: readonly LevelResult[], picks: readonly LevelPick[]): readonly LevelResult[] {
  return readByReader(results, picks).filter(({ measurement, warnings }) => measurement !== null && !isDensityRefused(warnings) && !isExcluded(warnings));
}

/** Levels that the reader has neither rejected nor left as a proposal. */
export function readByReader(results: readonly LevelResult[], picks: readonly LevelPick[]): readonly LevelResult[] {
  const leftOut = new Set(picks.filter(({ state }) => state === 'rejected' || state === 'proposed').map(({ level }) => level));
  return results.filter(({ level }) => !leftOut.has(level));
}

function isExcluded(warnings: LevelResult['warnings']): boolean {
  return warnings.some(({ code, effect }) => effect !== 'note' && NOT_FOR_PATIENT.has(code));
}
