import type { Series } from '#src/core/dicom/series.ts';
import { LEVELS } from '#src/core/levels/level.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import type { SessionState } from './state.ts';

export function openSeriesOf(state: SessionState): Series | null {
  return state.series.find((one) => one.id === state.openSeriesId) ?? null;
}

/** Results that are there, from head to feet. */
export function doneResults({ analyses }: Pick<SessionState, 'analyses'>): readonly LevelResult[] {
  return LEVELS.flatMap((level) => {
    const analysis = analyses[level];
    return analysis?.status === 'done' ? [analysis.result] : [];
  });
}
