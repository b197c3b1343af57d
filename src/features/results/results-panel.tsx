import { useState } from 'react';
import { findPick } from '#src/core/levels/picks.ts';
import { isAnalysed } from '#src/core/levels/vertebra-name.ts';
import { summarisePatient } from '#src/core/results/report.ts';
import { findL1 } from '#src/core/results/l1-attenuation.ts';
import { describeNames } from '#src/core/results/name-words.ts';
import { patientProbability } from '#src/core/results/patient-probability.ts';
import { tScoreCaveat } from '#src/core/results/t-score-caveat.ts';
import { conversionOf, doneResults, openSeriesOf, patientOf, picksElsewhere } from '#src/session/index.ts';
import { Tabs } from '#src/ui/tabs.tsx';
import { useSession, useSessionState } from '../use-session.ts';
import { DensityDetails } from './density-details.tsx';
import { DeviceChoice } from './device-choice.tsx';
import { ExportButtons } from './export-buttons.tsx';
import { Explanation } from './explanation.tsx';
import { LevelChart } from './level-chart.tsx';
import { LevelDetail } from './level-detail.tsx';
import { NetworkChoice } from './network-choice.tsx';
import { LevelTable, type LevelRow } from './level-table.tsx';
import { PatientDetails, PatientLine } from './patient-summary.tsx';
import './results-panel.css';

/** The numbers: table, chart, patient, and what speaks against them. */
export function ResultsPanel() {
  const { picking, viewer } = useSession();
  const picks = useSessionState((state) => state.picks.present);
  const analyses = useSessionState((state) => state.analyses);
  const selected = useSessionState((state) => state.selectedLevel);
  const deviceId = useSessionState((state) => state.deviceId);
  const model = useSessionState((state) => state.model);
  const series = useSessionState(openSeriesOf);
  const statedFacts = useSessionState((state) => state.statedFacts);
  const calibrations = useSessionState((state) => state.calibrations);
  const chosenCalibrations = useSessionState((state) => state.chosenCalibrations);
  const elsewhere = useSessionState(picksElsewhere);
  const [today] = useState(() => new Date());
  const unit = model?.devices.find((device) => device.id === deviceId)?.unit ?? 'g/cm2';
  const rows: LevelRow[] = picks.picks.flatMap(({ level, state }) => (isAnalysed(level) && state !== 'rejected' ? [{ level, isProposed: state === 'proposed', analysis: analyses[level] ?? { status: 'queued' } }] : []));
  const results = doneResults({ analyses });
  const conversion = series === null ? null : conversionOf({ statedFacts, calibrations, chosenCalibrations }, series, today);
  const patient = series === null ? null : patientOf({ statedFacts }, series);
  const summary = summarisePatient(results, picks.picks);
  const selectedResult = results.find((result) => result.level === selected);

  const l1 = findL1(results, picks.picks, conversion?.scan.kvp ?? null, patient?.ageYears ?? null);
  const probability = patientProbability(results, picks.picks, deviceId ?? '');
  const deviceTitle = model?.devices.find((device) => device.id === deviceId)?.title ?? 'no DXA scale';
  const caveat = patient === null ? null : tScoreCaveat(patient);
  const restOn = [...summary.levels, ...(probability?.levels ?? []), ...(l1.status === 'found' ? ['L1' as const] : [])];
  const names = describeNames(picks.picks, restOn);
  const placedRegions = results.flatMap(({ level, roiSource }) => (roiSource === 'edited' && restOn.includes(level) ? [level] : []));

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
      <NetworkChoice />
      <LevelTable rows={rows} deviceId={deviceId ?? ''} arealUnit={unit} selected={selected} onJump={jump} />
      {caveat ? <p className="soft" data-testid="t-score-caveat">{caveat}</p> : null}
      <PatientLine summary={summary} names={names} isMeasuring={rows.some(({ analysis }) => analysis.status === 'queued' || analysis.status === 'running')} />
      <Tabs
        label="Parts of the results"
        tabs={[
          {
            id: 'levels',
            title: 'Levels',
            content: (
              <>
                {results.length > 0 ? <LevelChart results={results} onJump={jump} /> : null}
                {selectedResult ? <LevelDetail result={selectedResult} results={results} /> : null}
              </>
            ),
          },
          { id: 'patient', title: 'Patient', content: <PatientDetails findings={{ summary, l1, probability, deviceTitle, tScoreCaveat: caveat, names, placedRegions, ownNetwork: model?.origin === 'own' ? `${model.title} ${model.version}` : null }} /> },
          { id: 'explanation', title: 'Explanation', content: <Explanation result={selectedResult} deviceId={deviceId ?? ''} /> },
          { id: 'density', title: 'Density', content: conversion ? <DensityDetails conversion={conversion} tissues={results.flatMap(({ tissues }) => tissues ?? [])} /> : null },
        ]}
      />
      {others}
      <ExportButtons />
    </section>
  );
}
