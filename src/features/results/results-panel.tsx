import { LEVELS } from '#src/core/levels/level.ts';
import { findPick } from '#src/core/levels/picks.ts';
import { summarisePatient } from '#src/core/results/report.ts';
import { DENSITY_ERROR_STATEMENT } from '#src/core/measure/hu-to-vbmd.ts';
import { tScoreCaveat } from '#src/core/results/t-score-caveat.ts';
import { doneResults, openSeriesOf, picksElsewhere } from '#src/session/index.ts';
import { useSession, useSessionState } from '../use-session.ts';
import { DeviceChoice } from './device-choice.tsx';
import { ExportButtons } from './export-buttons.tsx';
import { LevelChart } from './level-chart.tsx';
import { LevelDetail } from './level-detail.tsx';
import { LevelTable, type LevelRow } from './level-table.tsx';
import './results-panel.css';

/** The numbers: table, chart, patient, and what speaks against them. */
export function ResultsPanel() {
  const { picking, viewer } = useSession();
  const picks = useSessionState((state) => state.picks.present);
  const analyses = useSessionState((state) => state.analyses);
  const selected = useSessionState((state) => state.selectedLevel);
  const deviceId = useSessionState((state) => state.deviceId);
  const model = useSessionState((state) => state.model);
  const header = useSessionState((state) => openSeriesOf(state)?.slices[0] ?? null);
  const elsewhere = useSessionState(picksElsewhere);
  const unit = model?.devices.find((device) => device.id === deviceId)?.unit ?? 'g/cm2';
  const rows: LevelRow[] = LEVELS.flatMap((level) => (findPick(picks, level) ? [{ level, analysis: analyses[level] ?? { status: 'queued' } }] : []));
  const results = doneResults({ analyses });
  const summary = summarisePatient(results, picks.picks);
  const selectedResult = results.find((result) => result.level === selected);

  const caveat = header ? tScoreCaveat(header.patientSex, header.patientAge) : null;

  function jump(level: LevelRow['level']) {
    const pick = findPick(picks, level);
    if (!pick) return;
    picking.select(level);
    viewer.jumpTo(pick.centreLps);
  }

  const others = elsewhere === null ? null : <p className="soft" data-testid="picks-elsewhere">{elsewhere}</p>;
  if (rows.length === 0) {
    return (
      <>
        <p className="soft">Results appear here, one row a level, as soon as a vertebra is picked.</p>
        {others}
        {others ? <ExportButtons /> : null}
      </>
    );
  }
  return (
    <section className="results-panel" aria-label="Results" aria-live="polite">
      <div className="results-head">
        <h2>Levels</h2>
        <DeviceChoice />
      </div>
      <LevelTable rows={rows} deviceId={deviceId ?? ''} arealUnit={unit} selected={selected} onJump={jump} />
      {caveat ? <p className="soft" data-testid="t-score-caveat">{caveat}</p> : null}
      {results.length > 0 ? <LevelChart results={results} onJump={jump} /> : null}
      <section className={`patient-summary summary-${summary.status === 'evaluable' ? summary.category : 'none'}`} aria-label="Patient" data-testid="patient-summary">
        <h2>Patient, measured</h2>
        <p>{summary.sentence}</p>
        {summary.status === 'evaluable' ? <p className="soft">{DENSITY_ERROR_STATEMENT}</p> : null}
      </section>
      {selectedResult ? <LevelDetail result={selectedResult} deviceId={deviceId ?? ''} /> : null}
      {others}
      <ExportButtons />
    </section>
  );
}
