import { describe, expect, it, vi } from 'vitest';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { NOTHING_STATED } from '#src/core/measure/stated-facts.ts';
import { createCalibrationMemory } from './calibration-memory.ts';
import { conversionOf, createDensitySettings, factsOf, patientOf } from './density-settings.ts';
import { createSessionStore } from './state.ts';
import type { Series, SliceHeader } from '#src/core/dicom/series.ts';

const calibration: ScannerCalibration = {
  id: 'CT 1|120', name: 'CT 1', scannerModel: 'Aurora', kvp: 120, slopeMgCm3PerHu: 0.8, interceptMgCm3: 2, phantom: 'QA', material: 'hydroxyapatite', measuredOn: '2026-02-03',
};
const header = { manufacturerModelName: 'Aurora', studyDate: '20260705' } as SliceHeader;
const series = { id: 's1', acquisition: { kvp: null, sliceThicknessMm: 2, kernel: null, contrast: null }, slices: [header] } as unknown as Series;
const today = new Date('2027-01-02T03:04:05Z');

function storageOf(content: Record<string, string> = {}) {
  return { content, getItem: (key: string) => content[key] ?? null, setItem: (key: string, value: string) => void (content[key] = value), removeItem: (key: string) => void delete content[key] };
}

function start(storage: Parameters<typeof createCalibrationMemory>[0] = storageOf()) {
  const store = createSessionStore({ state: 'empty' });
  store.setState({ series: [series], openSeriesId: 's1' });
  const restart = vi.fn<() => void>();
  return { store, restart, settings: createDensitySettings(store, createCalibrationMemory(storage), restart) };
}

describe('stated facts', () => {
  it('feed the numbers of the open series alone, and can be taken back', () => {
    const { store, settings, restart } = start();
    settings.stateFacts({ kvp: 120 });
    settings.stateFacts({ contrast: false });
    expect(factsOf(store.getState(), series)).toMatchObject({ kvp: 120, contrast: false });
    expect(factsOf(store.getState(), { ...series, id: 's2' })).toMatchObject({ kvp: null, contrast: null });
    expect(conversionOf(store.getState(), series, today)).toMatchObject({ kvpSource: 'reader', contrast: false, scan: { kvp: 120, scannerModel: 'Aurora', day: '2026-07-05' } });
    settings.stateFacts({ kvp: null });
    expect(factsOf(store.getState(), series)).toMatchObject({ kvp: null, contrast: false });
    expect(restart).toHaveBeenCalledTimes(3);
  });

  it('of the patient hold for the whole study, those of the scan for its series', () => {
    const { store, settings } = start();
    const others = [{ ...series, id: 's2', groupId: 'g2', studyInstanceUid: '1.2' }, { ...series, id: 's3', groupId: 'g3', studyInstanceUid: '9.9' }] as const;
    store.setState({ series: [{ ...series, groupId: 'g1', studyInstanceUid: '1.2' }, ...others] });
    settings.stateFacts({ kvp: 120 });
    settings.stateFacts({ ageYears: 71 });
    expect(store.getState().statedFacts).toEqual({ s1: { ...NOTHING_STATED, kvp: 120, ageYears: 71 }, s2: { ...NOTHING_STATED, ageYears: 71 } });
  });

  it('of the patient start no number anew', () => {
    const { store, settings, restart } = start();
    settings.stateFacts({ ageYears: 71, sex: 'F' });
    expect(patientOf(store.getState(), series)).toEqual({ ageYears: { value: 71, source: 'reader' }, sex: { value: 'F', source: 'reader' } });
    settings.stateFacts({ ageYears: null });
    expect(patientOf(store.getState(), series).ageYears).toBeNull();
    expect(restart).not.toHaveBeenCalled();
  });

  it('do not start anything anew when another series opens', () => {
    const { store, settings, restart } = start();
    settings.stateFacts({ kvp: 120 });
    store.setState({ openSeriesId: 's2' });
    expect(restart).toHaveBeenCalledTimes(1);
  });
});

describe('calibrations', () => {
  it('are kept because the user saves them, come back, and go when erased', () => {
    const storage = storageOf();
    start(storage).settings.saveCalibration(calibration);
    const again = start(storage);
    expect(again.store.getState().calibrations).toEqual([calibration]);
    again.settings.eraseCalibration(calibration.id);
    expect(storage.content).toEqual({});
  });

  it('are used only when chosen, for this series, and no longer once erased', () => {
    const { store, settings, restart } = start();
    settings.saveCalibration(calibration);
    expect(conversionOf(store.getState(), series, today).calibration).toBeNull();
    settings.chooseCalibration(calibration.id);
    expect(conversionOf(store.getState(), series, today).calibration).toEqual(calibration);
    expect(conversionOf(store.getState(), { ...series, id: 's2' }, today).calibration).toBeNull();
    expect(restart).toHaveBeenCalledTimes(1);
    settings.eraseCalibration(calibration.id);
    expect(conversionOf(store.getState(), series, today).calibration).toBeNull();
    expect(restart).toHaveBeenCalled();
  });

  it('replace an older one of the same scanner and voltage', () => {
    const { store, settings } = start();
    settings.saveCalibration(calibration);
    settings.saveCalibration({ ...calibration, slopeMgCm3PerHu: 0.9 });
    expect(store.getState().calibrations.map(({ slopeMgCm3PerHu }) => slopeMgCm3PerHu)).toEqual([0.9]);
  });

  it('leave out what is damaged, and say where nothing can be kept', () => {
    const broken = storageOf({ 'osteolens.calibrations': JSON.stringify([{ ...calibration, slopeMgCm3PerHu: 'x' }, calibration]) });
    expect(start(broken).store.getState().calibrations).toEqual([calibration]);
    expect(start(storageOf({ 'osteolens.calibrations': '{' })).store.getState().calibrations).toEqual([]);
    const { store, settings } = start(null);
    settings.saveCalibration(calibration);
    expect(store.getState().messages[0]?.sentence).toContain('forgotten when this page is closed');
  });

  it('are compared with the day of the study, or today where the header gives none', () => {
    const { store } = start();
    expect(conversionOf(store.getState(), { ...series, slices: [{ ...header, studyDate: '20269999' }] }, today).scan.day).toBe('2027-01-02');
  });
});
