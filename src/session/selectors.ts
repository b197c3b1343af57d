import type { Series } from '#src/core/dicom/series.ts';
import { LEVELS } from '#src/core/levels/level.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import type { SessionState } from './state.ts';

export function openSeriesOf(state: SessionState): Series | null {
  return state.series.find((one) => one.id === state.openSeriesId) ?? null;
}

/** The next series of the list that can be opened, round to the first; null where there is no other. */
export function nextSeriesOf({ series, openSeriesId }: Pick<SessionState, 'series' | 'openSeriesId'>): Series | null {
  const openable = series.filter(({ grid }) => grid !== null);
  const at = openable.findIndex(({ id }) => id === openSeriesId);
  const next = openable[(at + 1) % openable.length];
  return next === undefined || next.id === openSeriesId ? null : next;
}

/** Results that are there, from head to feet. */
export function doneResults({ analyses }: Pick<SessionState, 'analyses'>): readonly LevelResult[] {
  return LEVELS.flatMap((level) => {
    const analysis = analyses[level];
    return analysis?.status === 'done' ? [analysis.result] : [];
  });
}
