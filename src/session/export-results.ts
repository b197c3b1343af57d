import { writeCsv } from '#src/core/results/csv.ts';
import { writeSessionFile } from '#src/core/results/session-file.ts';
import { doneResults } from './selectors.ts';
import type { SessionState } from './state.ts';

export type ExportKind = 'json' | 'csv';

export type ExportedFile = { readonly name: string; readonly type: string; readonly text: string };

/** The results as a file; null while nothing is picked. File names carry no patient data. */
export function makeExport(kind: ExportKind, state: SessionState, appVersion: string, now: Date): ExportedFile | null {
  const series = state.series.find((one) => one.id === state.openSeriesId);
  const picks = state.picks.present.picks;
  if (!series || picks.length === 0) return null;
  const savedAt = now.toISOString();
  const input = {
    studyInstanceUid: series.studyInstanceUid,
    seriesInstanceUid: series.seriesInstanceUid,
    acquisition: series.acquisition,
    deviceId: state.deviceId,
    picks,
    results: doneResults(state),
    appVersion,
    createdAt: savedAt,
    savedAt,
  };
  const stem = `osteolens-${savedAt.slice(0, 19).replaceAll(':', '')}`;
  return kind === 'json'
    ? { name: `${stem}.osteolens.json`, type: 'application/json', text: writeSessionFile(input) }
    : { name: `${stem}.csv`, type: 'text/csv', text: writeCsv({ ...input, devices: state.model?.devices ?? [] }) };
}
