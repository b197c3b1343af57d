import { describe, expect, it } from 'vitest';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { Series, SliceHeader } from '#src/core/dicom/series.ts';
import { applyPicksFile, seriesNamedBy } from './apply-picks-file.ts';
import { createSessionStore } from './state.ts';

const series: Series = {
  id: 's1',
  groupId: 's1',
  label: null,
  part: null,
  seriesInstanceUid: '1.2.3',
  studyInstanceUid: '1.2',
  modality: 'CT',
  description: 'Spine',
  slices: [],
  grid: { sizeVox: [101, 121, 41], spacingMm: [0.7, 0.9, 2.5], indexToWorld: makeAffine(worldPoint(-31, 12.5, -640), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.7, 0.9, 2.5]) },
  acquisition: { kvp: 120, sliceThicknessMm: 2.5, kernel: null, contrast: null },
  isSynthetic: false,
  problems: [],
  spineScore: 1,
};

function results(seriesInstanceUid: string | null) {
  const text = JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid, levels: [{ level: 'L3', centreLps: [1, 40, -600] }] });
  return { kind: 'results', name: 'a.osteolens.json', text } as const;
}

function openStore(open: boolean) {
  const store = createSessionStore({ state: 'empty' });
  if (open) store.setState({ series: [series], openSeriesId: 's1' });
  return store;
}

/** The same grid moved along the scan axis: another part of the series. */
function partAt(id: string, firstSliceMm: number): Series {
  const indexToWorld = makeAffine(worldPoint(-31, 12.5, firstSliceMm), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.7, 0.9, 2.5]);
  return { ...series, id, grid: { sizeVox: [101, 121, 41], spacingMm: [0.7, 0.9, 2.5], indexToWorld } };
}

describe('seriesNamedBy', () => {
  it('takes the part of the series that holds the picks, whatever the order', () => {
    const [upper, lower] = [partAt('upper', -500), partAt('lower', -640)];
    expect(seriesNamedBy(results('1.2.3'), [upper, lower])?.id).toBe('lower');
    expect(seriesNamedBy(results('1.2.3'), [lower, upper])?.id).toBe('lower');
    expect(seriesNamedBy(results('1.2.3'), [{ ...lower, grid: null }, upper])?.id).toBe('upper');
  });
});

describe('applyPicksFile', () => {
  it('keeps picks that lie in another part of the series for that part, and says so', () => {
    const [upper, lower] = [partAt('upper', -500), partAt('lower', -640)];
    const store = createSessionStore({ state: 'empty' });
    store.setState({ series: [upper, lower], openSeriesId: 'lower' });
    const levels = [{ level: 'L1', centreLps: [1, 40, -450] }, { level: 'L3', centreLps: [1, 40, -600] }, { level: 'L5', centreLps: [1, 40, -900] }];
    applyPicksFile(store, { kind: 'results', name: 'a.osteolens.json', text: JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: '1.2.3', levels }) });
    const { picks, hiddenPicks, messages } = store.getState();
    // L5 lies in no part: it stands beside the open one, where the measurement is refused in words.
    expect(picks.present.picks.map(({ level }) => level)).toEqual(['L3', 'L5']);
    expect(hiddenPicks['upper']?.picks.present.picks).toEqual([{ level: 'L1', centreLps: [1, 40, -450], state: 'proposed' }]);
    expect(messages.map(({ sentence }) => sentence)).toEqual(['a.osteolens.json: L3, L5 placed, and analysed anew; L1 lies in another part of the series and is analysed when that part is shown.']);
  });

  it('places the picks of a results file of this series, and says so', () => {
    const store = openStore(true);
    applyPicksFile(store, results('1.2.3'));
    expect(store.getState().picks.present.picks).toEqual([{ level: 'L3', centreLps: [1, 40, -600], state: 'proposed' }]);
    expect(store.getState().messages).toMatchObject([{ tone: 'note', sentence: 'a.osteolens.json: L3 placed, and analysed anew.' }]);
  });

  it('places a file that names no series', () => {
    const store = openStore(true);
    applyPicksFile(store, results(null));
    expect(store.getState().picks.present.picks).toHaveLength(1);
  });

  it.each([
    ['another series', results('9.9'), 'belongs to another series'],
    ['text that is no JSON', { kind: 'results', name: 'a.osteolens.json', text: '{' } as const, 'not JSON'],
    ['a centroid file without axes', { kind: 'centroids', name: 'b_ctd.json', text: '[{}]' } as const, 'refused'],
  ])('refuses %s in one sentence and places nothing', (_what, file, words) => {
    const store = openStore(true);
    applyPicksFile(store, file);
    expect(store.getState().picks.present.picks).toEqual([]);
    expect(store.getState().messages).toHaveLength(1);
    expect(store.getState().messages[0]?.sentence).toContain(words);
  });

  it('asks for the study where none is open', () => {
    const store = openStore(false);
    applyPicksFile(store, results('1.2.3'));
    expect(store.getState().messages[0]?.sentence).toContain('no CT series is open');
  });

  it('finds the series that a results file names, and none for a stranger', () => {
    expect(seriesNamedBy(results('1.2.3'), [series])).toBe(series);
    expect(seriesNamedBy(results('9.9'), [series])).toBeUndefined();
    expect(seriesNamedBy(results('1.2.3'), [{ ...series, grid: null }])).toBeUndefined();
  });
});

describe('what the reader of a file stated', () => {
  const stated = (of: Series) => {
    const store = openStore(true);
    const beside = { ...series, id: 's2', groupId: 's2', seriesInstanceUid: '1.2.4' };
    store.setState({ series: [of, beside, { ...beside, id: 's3', groupId: 's3', studyInstanceUid: '9' }] });
    const text = results('1.2.3').text.replace('"levels"', '"statedByReader": { "kvp": 100, "contrast": false, "ageYears": 71, "sex": "F" }, "levels"');
    applyPicksFile(store, { kind: 'results', name: 'a.osteolens.json', text });
    const { s1: facts, s2: besideIt, s3: elsewhere } = store.getState().statedFacts;
    return { facts, besideIt, elsewhere, told: store.getState().messages.at(-1)?.sentence };
  };

  it('is taken over where the header is silent, and said', () => {
    const { facts, besideIt, elsewhere, told } = stated({ ...series, acquisition: { ...series.acquisition, kvp: null } });
    // What is of the patient holds for the whole study, what is of the scan does not.
    expect(besideIt).toEqual({ kvp: null, contrast: null, ageYears: 71, sex: 'F' });
    expect(elsewhere).toBeUndefined();
    expect(facts).toEqual({ kvp: 100, contrast: false, ageYears: 71, sex: 'F' });
    expect(told).toContain('as its reader stated: 100 kVp, no contrast agent, 71 years, female');
  });

  it('overrules no header and gives a virtual monoenergetic image no voltage', () => {
    expect(stated(series).facts).toMatchObject({ kvp: null, contrast: false });
    const told = { ...series, slices: [{ patientAge: '043Y', patientSex: 'M' } as SliceHeader] };
    expect(stated(told).facts).toEqual({ kvp: null, contrast: false, ageYears: null, sex: null });
    const monoenergetic = { ...series, acquisition: { ...series.acquisition, kvp: null }, problems: [{ code: 'monoenergetic', effect: 'note', sentence: 'Mono.' }] } as const;
    expect(stated(monoenergetic).facts).toMatchObject({ kvp: null, contrast: false });
  });
});
