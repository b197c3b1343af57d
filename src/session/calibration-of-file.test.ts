import { describe, expect, it } from 'vitest';
import type { Series, SliceHeader } from '#src/core/dicom/series.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import type { DensityMethod } from '#src/core/measure/density-reading.ts';
import { takeCalibration } from './calibration-of-file.ts';
import { calibrationOf } from './density-settings.ts';
import { createSessionStore } from './state.ts';

const own: ScannerCalibration = {
  id: 'CT 1|120', name: 'CT 1', scannerModel: 'Aurora', kvp: 120, slopeMgCm3PerHu: 0.8, interceptMgCm3: 2, phantom: 'QA', material: 'hydroxyapatite', measuredOn: '2026-02-03',
};
const other: ScannerCalibration = { ...own, id: 'CT 2|120', name: 'CT 2', slopeMgCm3PerHu: 0.7 };
const byOwn: DensityMethod = { kind: 'scanner-calibration', calibration: { ...own, id: 'of another browser' } };
const byVoltage: DensityMethod = { kind: 'tube-voltage', kvp: 120, kvpSource: 'reader', huPerMgCm3: 1.35 };

function seriesOf(id: string, kvp: number | null = 120): Series {
  const slices = [{ manufacturerModelName: 'Aurora', studyDate: '20260705' } as SliceHeader];
  return { id, groupId: 'g', acquisition: { kvp, sliceThicknessMm: 2, kernel: null, contrast: null }, slices } as unknown as Series;
}

type Start = { readonly known?: readonly ScannerCalibration[]; readonly chosen?: Readonly<Record<string, string>>; readonly methods: readonly DensityMethod[]; readonly kvp?: number | null };

function read({ known = [], chosen = {}, methods, kvp = 120 }: Start) {
  const store = createSessionStore({ state: 'empty' });
  const [open, part, stranger] = [seriesOf('s1', kvp), seriesOf('s2', kvp), { ...seriesOf('s3'), groupId: 'h' }];
  store.setState({ series: [open, part, stranger], openSeriesId: 's1', calibrations: known, chosenCalibrations: chosen });
  takeCalibration(store, 'a.osteolens.json', methods, open);
  const state = store.getState();
  return { used: ['s1', 's2', 's3'].map((id) => calibrationOf(state, id)?.name ?? null), told: state.messages.map(({ sentence }) => sentence) };
}

describe('the calibration of a results file', () => {
  it('is used again for all parts of the series where it is saved here with the same values, and said', () => {
    const { used, told } = read({ known: [other, own], methods: [byOwn] });
    expect(used).toEqual(['CT 1', 'CT 1', null]);
    expect(told).toEqual(['a.osteolens.json: its densities are made by the calibration of CT 1, QA, 120 kVp, 2026-02-03, as they were.']);
  });

  it('is not brought in by the file: one sentence says what makes the densities instead', () => {
    const { used, told } = read({ known: [other], methods: [byOwn] });
    expect(used).toEqual([null, null, null]);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('were made by the calibration of CT 1, QA, 120 kVp, 2026-02-03; they were made anew here by tube voltage, 120 kVp');
    expect(told[0]).toContain('not saved in this browser');
  });

  it.each(['slopeMgCm3PerHu', 'interceptMgCm3', 'kvp', 'material', 'measuredOn', 'phantom', 'scannerModel'] as const)('counts as another one where its %s differs', (key) => {
    const changed = { ...own, [key]: { slopeMgCm3PerHu: 0.81, interceptMgCm3: 3, kvp: 100, material: 'K2HPO4', measuredOn: '2026-02-04', phantom: 'QB', scannerModel: null }[key] } as ScannerCalibration;
    const { used, told } = read({ known: [changed], methods: [{ kind: 'scanner-calibration', calibration: own }] });
    expect(used[0]).toBeNull();
    expect(told[0]).toContain('has other values');
  });

  it('overrules no choice of the reader', () => {
    const { used, told } = read({ known: [own, other], chosen: { s1: other.id }, methods: [byOwn] });
    expect(used[0]).toBe('CT 2');
    expect(told[0]).toContain('made by the calibration of CT 1, QA, 120 kVp, 2026-02-03; they were made anew here by the calibration of CT 2');
    expect(told[0]).toContain('Choose it under Density');
  });

  it('is missed where the file has none and the reader chose one, or where it has several', () => {
    expect(read({ known: [other], chosen: { s1: other.id }, methods: [byVoltage] }).told[0]).toContain('by tube voltage, 120 kVp stated by the reader; they were made anew here by the calibration of CT 2');
    const { used, told } = read({ known: [own], methods: [byOwn, byVoltage] });
    expect(used[0]).toBeNull();
    expect(told[0]).toContain('made by the calibration of CT 1');
  });

  it('needs no word where the densities are made as they were', () => {
    expect(read({ methods: [byVoltage] }).told).toEqual([]);
    expect(read({ known: [own], chosen: { s1: own.id }, methods: [byOwn] }).told).toEqual([]);
    expect(read({ methods: [] }).told).toEqual([]);
  });

  it('is missed where another voltage was stated, or none', () => {
    expect(read({ methods: [byVoltage], kvp: 100 }).told[0]).toContain('they were made anew here by tube voltage, 100 kVp');
    expect(read({ methods: [byVoltage], kvp: null }).told[0]).toContain('none can be made here');
  });

  it('has names that cannot turn the sentence round', () => {
    const calibration = { ...own, name: 'CT \u202e1', phantom: 'Q\nA' };
    expect(read({ methods: [{ kind: 'scanner-calibration', calibration }] }).told[0]).toContain('the calibration of CT 1, Q A, 120 kVp');
  });
});
