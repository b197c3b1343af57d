import type { Series } from '#src/core/dicom/series.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { compareVertebrae, isAnalysed } from '#src/core/levels/vertebra-name.ts';
import { writeCsv } from '#src/core/results/csv.ts';
import { effectiveStatement, headerFactsOf, NOTHING_STATED } from '#src/core/measure/stated-facts.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import { writeSessionFile } from '#src/core/results/session-file.ts';
import { calibrationOf } from './density-settings.ts';
import { doneResults } from './selectors.ts';
import type { SessionState } from './state.ts';

export type ExportKind = 'json' | 'csv';

export type ExportedFile = { readonly name: string; readonly type: string; readonly text: string };

type Picked = { readonly series: Series; readonly picks: readonly LevelPick[]; readonly results: readonly LevelResult[] };

/**
 * All picks of the study with their results, shown or not, as one file a series; empty while nothing is picked. The parts of a series
 * share a file, unless they name a level twice, were acquired differently or their densities were made differently. The shown series comes first. File names carry no
 * patient data.
 */
export function makeExports(kind: ExportKind, state: SessionState, appVersion: string, now: Date): readonly ExportedFile[] {
  const savedAt = now.toISOString();
  const stem = `osteolens-${savedAt.slice(0, 19).replaceAll(':', '')}`;
  return byFile(pickedSeries(state), state).map(({ series, picks, results }, n) => {
    const input = {
      studyInstanceUid: series.studyInstanceUid,
      seriesInstanceUid: series.seriesInstanceUid,
      acquisition: series.acquisition,
      statedByReader: effectiveStatement(headerFactsOf(series), state.statedFacts[series.id] ?? NOTHING_STATED),
      deviceId: state.deviceId,
      picks,
      results,
      appVersion,
      createdAt: savedAt,
      savedAt,
    };
    const name = n === 0 ? stem : `${stem}-${n + 1}`;
    return kind === 'json'
      ? { name: `${name}.osteolens.json`, type: 'application/json', text: writeSessionFile(input) }
      : { name: `${name}.csv`, type: 'text/csv', text: writeCsv({ ...input, devices: state.model?.devices ?? [] }) };
  });
}

/** What the reader should know of files that hold less than they may think, or are more than one; null where nothing. */
export function describeExports(files: readonly ExportedFile[], state: SessionState): string | null {
  const without = pickedSeries(state).flatMap(({ picks, results }) => picks.filter(({ level, state: said }) => isAnalysed(level) && said !== 'rejected' && results.every((result) => result.level !== level)).map(({ level }) => level));
  const [have, their] = without.length === 1 ? ['has', 'its'] : ['have', 'their'];
  const proposed = pickedSeries(state).flatMap(({ picks }) => picks.filter((pick) => pick.state === 'proposed').map(({ level }) => level));
  const parts = [
    proposed.length > 0 ? `${proposed.join(', ')} ${proposed.length === 1 ? 'was' : 'were'} saved as proposed, not confirmed.` : '',
    files.length > 1 ? `${files.length} files were saved, because the picks do not all belong to one series.` : '',
    without.length > 0 ? `${without.join(', ')} ${have} no numbers in what was saved, because ${their} analysis had not ended; show ${their} series, wait for the numbers and save again.` : '',
  ];
  return parts.filter((part) => part !== '').join(' ') || null;
}

/** The series with picks: the shown one, then the others as listed. */
function pickedSeries(state: SessionState): readonly Picked[] {
  const { series, openSeriesId, picks, hiddenPicks } = state;
  const shown = series.filter(({ id }) => id === openSeriesId).map((one) => ({ series: one, picks: picks.present.picks, results: doneResults(state) }));
  const hidden = series.flatMap((one) => {
    const kept = hiddenPicks[one.id];
    return kept === undefined || one.id === openSeriesId ? [] : [{ series: one, picks: kept.picks.present.picks, results: kept.results }];
  });
  return [...shown, ...hidden].filter((one) => one.picks.length > 0);
}

function byFile(picked: readonly Picked[], state: SessionState): readonly Picked[] {
  const files: Picked[] = [];
  for (const one of picked) {
    const at = files.findIndex((file) => canShareFile(file, one, state));
    const file = files[at];
    if (file === undefined) files.push(one);
    else files[at] = { series: file.series, picks: headToFeet([...file.picks, ...one.picks]), results: [...file.results, ...one.results] };
  }
  return files;
}

function canShareFile(file: Picked, one: Picked, state: SessionState): boolean {
  const madeWith = ({ series }: Picked): string => JSON.stringify([series.acquisition, state.statedFacts[series.id] ?? NOTHING_STATED, calibrationOf(state, series.id)]);
  const isSameSeries = file.series.groupId === one.series.groupId && madeWith(file) === madeWith(one);
  return isSameSeries && one.picks.every(({ level }) => file.picks.every((pick) => pick.level !== level));
}

function headToFeet(picks: readonly LevelPick[]): readonly LevelPick[] {
  return picks.toSorted((a, b) => compareVertebrae(a.level, b.level));
}
