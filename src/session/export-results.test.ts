import { describe, expect, it } from 'vitest';
import type { Series } from '#src/core/dicom/series.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { Level } from '#src/core/levels/level.ts';
import { emptyPickHistory, placePicks, type PickHistory } from '#src/core/levels/picks.ts';
import { readPicks } from '#src/core/results/session-file.ts';
import { makeLevelResult } from '#src/testing/synthetic-result.ts';
import { describeExports, makeExports } from './export-results.ts';
import { picksElsewhere } from './selectors.ts';
import { createSessionStore, type HiddenPicks, type SessionState } from './state.ts';

const NOW = new Date('2026-11-23T02:10:00Z');

function seriesOf(id: string, groupId: string, overrides: Partial<Series> = {}): Series {
  return {
    id, groupId, label: null, part: null, seriesInstanceUid: `1.2.${groupId}`, studyInstanceUid: '1.2', modality: 'CT', description: 'Spine', slices: [], grid: null,
    acquisition: { kvp: 120, sliceThicknessMm: 2.5, kernel: 'B30f', contrast: null }, isSynthetic: false, problems: [], spineScore: 1, ...overrides,
  };
}

function picked(...levels: readonly Level[]): PickHistory {
  return placePicks(emptyPickHistory(), levels.map((level, n) => ({ level, centreLps: worldPoint(1, -2, -30 * n), state: 'confirmed' as const })));
}

function hidden(levels: readonly Level[], done = levels): HiddenPicks {
  return { picks: picked(...levels), selectedLevel: null, results: done.map((level) => makeLevelResult(level)) };
}

/** L4 is picked and measured on the shown series. */
function stateWith(series: readonly Series[], hiddenPicks: SessionState['hiddenPicks']): SessionState {
  return { ...createSessionStore({ state: 'empty' }).getState(), series, openSeriesId: 'shown', picks: picked('L4'), analyses: { L4: { status: 'done', result: makeLevelResult('L4') } }, hiddenPicks };
}

function levelsOf(text: string) {
  const read = readPicks(text);
  return read.ok ? read.value.picks.map(({ level }) => level) : read.error.sentence;
}

describe('makeExports', () => {
  it('puts the picks of all parts of a series into one file, head to feet, with the numbers that they had', () => {
    const state = stateWith([seriesOf('upper', 'g'), seriesOf('shown', 'g')], { upper: hidden(['L1', 'L2']) });
    const files = makeExports('json', state, '0.1.0', NOW);
    expect(files.map(({ name, text }) => [name, levelsOf(text)])).toEqual([['osteolens-2026-11-23T021000.osteolens.json', ['L1', 'L2', 'L4']]]);
    const { levels } = JSON.parse(files[0]?.text ?? '') as { readonly levels: readonly { readonly measurement: unknown }[] };
    expect(levels.every(({ measurement }) => measurement !== null)).toBe(true);
    expect(describeExports(files, state)).toBeNull();
    const [csv] = makeExports('csv', state, '0.1.0', NOW);
    expect(csv?.text.trim().split('\r\n')).toHaveLength(4);
  });

  it.each([
    ['of another series', seriesOf('other', 'h'), ['L1']],
    ['of a level that the shown part names too', seriesOf('other', 'g'), ['L4']],
    ['of a part with another tube voltage', seriesOf('other', 'g', { acquisition: { kvp: 100, sliceThicknessMm: 2.5, kernel: 'B30f', contrast: null } }), ['L1']],
  ] as const)('puts picks %s into a file of their own, and says so', (_what, other, levels) => {
    const state = stateWith([other, seriesOf('shown', 'g')], { other: hidden(levels) });
    const files = makeExports('json', state, '0.1.0', NOW);
    expect(files.map(({ name, text }) => [name, levelsOf(text)])).toEqual([
      ['osteolens-2026-11-23T021000.osteolens.json', ['L4']],
      ['osteolens-2026-11-23T021000-2.osteolens.json', levels],
    ]);
    expect(describeExports(files, state)).toBe('2 files were saved, because the picks do not all belong to one series.');
  });

  it('saves picks of hidden series where the shown one has none, and says which have no numbers', () => {
    const state = { ...stateWith([seriesOf('upper', 'g'), seriesOf('shown', 'g')], { upper: hidden(['L1', 'L2'], ['L2']) }), picks: emptyPickHistory(), analyses: {} };
    const files = makeExports('json', state, '0.1.0', NOW);
    expect(files.map(({ text }) => levelsOf(text))).toEqual([['L1', 'L2']]);
    expect(describeExports(files, state)).toBe('L1 has no numbers in what was saved, because its analysis had not ended; show its series, wait for the numbers and save again.');
  });

  it('gives no file while nothing is picked', () => {
    expect(makeExports('json', { ...stateWith([seriesOf('shown', 'g')], {}), picks: emptyPickHistory() }, '0.1.0', NOW)).toEqual([]);
  });
});

describe('picksElsewhere', () => {
  it('names the levels and the series or part that they are on', () => {
    const part = { number: 1, count: 2, firstSlice: 1, lastSlice: 40, totalSlices: 90, ends: [] };
    const series = [seriesOf('upper', 'g', { part }), seriesOf('shown', 'g'), seriesOf('sharp', 'h', { label: 'kernel B70f' })];
    expect(picksElsewhere(stateWith(series, { upper: hidden(['L1', 'L2']), sharp: hidden(['L3']) }))).toBe('Also picked, and saved along: L1, L2 on Spine, part 1 of 2; L3 on Spine (kernel B70f).');
    expect(picksElsewhere(stateWith(series, {}))).toBeNull();
  });
});
