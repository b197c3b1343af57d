import type { AcquisitionFacts, Series } from '#src/core/dicom/series.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import type { DensityConversion } from '#src/core/measure/density-reading.ts';
import { headerFactsOf, NOTHING_STATED, patientFactsOf, withStatedFacts, type PatientFacts, type StatedFacts } from '#src/core/measure/stated-facts.ts';
import type { CalibrationMemory } from './calibration-memory.ts';
import { tell } from './messages.ts';
import type { SessionState, SessionStore } from './state.ts';

/** What the reader says of the scan, the patient and the scanner. What numbers of levels depend on makes those of the open series anew. */
export type DensitySettings = {
  /** Of the open series, and what is of the patient also of the other series of the study; counts only where a header is silent. Null takes a statement back. */
  readonly stateFacts: (facts: Partial<StatedFacts>) => void;
  /** Keeps a calibration in this browser, in the place of one with the same id. */
  readonly saveCalibration: (calibration: ScannerCalibration) => void;
  readonly eraseCalibration: (id: string) => void;
  /** For the open series; null: by tube voltage. */
  readonly chooseCalibration: (id: string | null) => void;
};

/** @param restart makes all numbers of the open series anew: wherever the facts behind them change, also by a file that is read */
export function createDensitySettings(store: SessionStore, memory: CalibrationMemory, restart: () => void): DensitySettings {
  store.setState({ calibrations: memory.read() });
  store.subscribe((state, before) => {
    const id = state.openSeriesId;
    if (id === null || id !== before.openSeriesId) return;
    if (isOtherScan(state.statedFacts[id], before.statedFacts[id]) || calibrationOf(state, id) !== calibrationOf(before, id)) restart();
  });

  function keep(calibrations: readonly ScannerCalibration[]): void {
    store.setState({ calibrations });
    if (!memory.write(calibrations)) tell(store, 'note', 'The browser does not allow anything to be kept, so calibrations are forgotten when this page is closed.', 'app');
  }

  return {
    stateFacts(facts) {
      const { series, openSeriesId } = store.getState();
      const open = series.find(({ id }) => id === openSeriesId);
      if (open !== undefined) store.setState({ statedFacts: statedWith(store.getState(), open, facts) });
    },
    saveCalibration(calibration) {
      const { calibrations } = store.getState();
      keep([...calibrations.filter(({ id }) => id !== calibration.id), calibration]);
    },
    eraseCalibration(id) {
      const chosen = Object.entries(store.getState().chosenCalibrations).filter(([, calibrationId]) => calibrationId !== id);
      store.setState({ chosenCalibrations: Object.fromEntries(chosen) });
      keep(store.getState().calibrations.filter((one) => one.id !== id));
    },
    chooseCalibration(id) {
      const { openSeriesId, chosenCalibrations } = store.getState();
      if (openSeriesId === null) return;
      const { [openSeriesId]: _old, ...others } = chosenCalibrations;
      store.setState({ chosenCalibrations: id === null ? others : { ...others, [openSeriesId]: id } });
    },
  };
}

/** All statements, with what is now stated of a series, and of its patient also for the other series of the study. */
export function statedWith({ series, statedFacts }: Pick<SessionState, 'series' | 'statedFacts'>, open: Series, facts: Partial<StatedFacts>): SessionState['statedFacts'] {
  const { kvp: _kvp, contrast: _contrast, ...ofPatient } = facts;
  const others = Object.keys(ofPatient).length === 0 ? [] : series.filter((one) => one !== open && isSamePatient(one, open));
  const stated = [[open, facts] as const, ...others.map((one) => [one, ofPatient] as const)].map(([{ id }, said]) => [id, { ...(statedFacts[id] ?? NOTHING_STATED), ...said }]);
  return { ...statedFacts, ...(Object.fromEntries(stated) as SessionState['statedFacts']) };
}

/** What is stated of the patient holds for the whole study, and for all parts of a series. */
function isSamePatient(one: Series, other: Series): boolean {
  return one.groupId === other.groupId || ((one.studyInstanceUid ?? '') !== '' && one.studyInstanceUid === other.studyInstanceUid);
}

/** No number of a level depends on the patient's age or sex. */
function isOtherScan(now = NOTHING_STATED, before = NOTHING_STATED): boolean {
  return now.kvp !== before.kvp || now.contrast !== before.contrast;
}

/** The calibration chosen for a series; null: by tube voltage. */
export function calibrationOf({ calibrations, chosenCalibrations }: Pick<SessionState, 'calibrations' | 'chosenCalibrations'>, seriesId: string): ScannerCalibration | null {
  return calibrations.find(({ id }) => id === chosenCalibrations[seriesId]) ?? null;
}

/** Facts that the numbers of a series are made with: the header's, and the reader's where the header is silent. */
export function factsOf({ statedFacts }: Pick<SessionState, 'statedFacts'>, { id, acquisition }: Series): AcquisitionFacts {
  return withStatedFacts(acquisition, statedFacts[id] ?? NOTHING_STATED);
}

/** What statements on the patient of a series depend on: the header's, and the reader's where the header is silent. */
export function patientOf({ statedFacts }: Pick<SessionState, 'statedFacts'>, series: Series): PatientFacts {
  return patientFactsOf(headerFactsOf(series), statedFacts[series.id] ?? NOTHING_STATED);
}

/** How attenuation becomes density for a series. */
export function conversionOf(state: Pick<SessionState, 'statedFacts' | 'calibrations' | 'chosenCalibrations'>, series: Series, today: Date): DensityConversion {
  const { kvp, contrast } = factsOf(state, series);
  const header = series.slices[0];
  return {
    calibration: calibrationOf(state, series.id),
    scan: { kvp, scannerModel: header?.manufacturerModelName ?? null, day: dayOf(header?.studyDate ?? null) ?? today.toISOString().slice(0, 10) },
    kvpSource: series.acquisition.kvp === null ? 'reader' : 'header',
    contrast,
  };
}

/** ISO 8601 day of a DICOM date (DA); null where it is none. */
function dayOf(date: string | null): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(date?.trim() ?? '');
  const day = match ? `${match[1]}-${match[2]}-${match[3]}` : null;
  return day !== null && Number.isFinite(Date.parse(day)) ? day : null;
}
