import { seriesTitle } from '#src/core/dicom/series-title.ts';
import type { Series } from '#src/core/dicom/series.ts';
import { isOwnProposal, type LevelPick } from '#src/core/levels/pick.ts';
import { VERTEBRAE } from '#src/core/levels/vertebra-name.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import type { KeptSession } from './saved-sessions.ts';
import type { SessionState } from './state.ts';

export function openSeriesOf(state: Pick<SessionState, 'series' | 'openSeriesId'>): Series | null {
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
  return VERTEBRAE.flatMap((level) => {
    const analysis = analyses[level];
    return analysis?.status === 'done' ? [analysis.result] : [];
  });
}

/** The levels picked on series that are not shown, in one sentence; null where there are none. */
export function picksElsewhere({ series, hiddenPicks }: Pick<SessionState, 'series' | 'hiddenPicks'>): string | null {
  const places = series.flatMap((one) => {
    const { id, part } = one;
    const picks = hiddenPicks[id]?.picks.present.picks ?? [];
    if (picks.length === 0) return [];
    const name = `${seriesTitle(one)}${part === null || part.count === 1 ? '' : `, part ${part.number} of ${part.count}`}`;
    return [`${picks.map(({ level }) => level).join(', ')} on ${name}`];
  });
  return places.length === 0 ? null : `Also picked, and saved along: ${places.join('; ')}.`;
}

/** The picks of every series of the study, as they stand. */
export function pickSets({ picks, hiddenPicks }: Pick<SessionState, 'picks' | 'hiddenPicks'>): readonly (readonly LevelPick[])[] {
  return [picks.present.picks, ...Object.values(hiddenPicks).map((hidden) => hidden.picks.present.picks)];
}

/** The series whose picks the reader has spoken of and that were not saved as they stand. */
export function unsavedPicks(state: Pick<SessionState, 'openSeriesId' | 'picks' | 'hiddenPicks' | 'savedPicks'>): readonly { readonly seriesId: string; readonly picks: readonly LevelPick[] }[] {
  const { openSeriesId, picks, hiddenPicks, savedPicks } = state;
  const shown = openSeriesId === null ? [] : [{ seriesId: openSeriesId, picks: picks.present.picks }];
  const hidden = Object.entries(hiddenPicks).map(([seriesId, one]) => ({ seriesId, picks: one.picks.present.picks }));
  return [...shown, ...hidden].filter((one) => one.picks.some((pick) => !isOwnProposal(pick)) && !savedPicks.includes(one.picks));
}

/** The session last kept of the open series, where the reader has not picked on it yet and has not said no; null otherwise. */
export function keptOffer(state: Pick<SessionState, 'series' | 'openSeriesId' | 'picks' | 'keptSessions' | 'declinedSessions'>): KeptSession | null {
  const open = openSeriesOf(state);
  if (!open?.seriesInstanceUid || !state.picks.present.picks.every(isOwnProposal)) return null;
  const kept = state.keptSessions.filter(({ id, seriesInstanceUid }) => seriesInstanceUid === open.seriesInstanceUid && !state.declinedSessions.includes(id));
  return kept.toSorted((a, b) => b.keptAt.localeCompare(a.keptAt))[0] ?? null;
}
