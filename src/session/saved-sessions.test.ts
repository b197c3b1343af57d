import { describe, expect, it } from 'vitest';
import type { Series } from '#src/core/dicom/series.ts';
import { makeAffine } from '#src/core/geometry/affine.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { emptyPickHistory, placePicks } from '#src/core/levels/picks.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { fakePrivateFolder } from '#src/testing/fake-private-folder.ts';
import { makeLevelResult } from '#src/testing/synthetic-result.ts';
import { createSavedSessions } from './saved-sessions.ts';
import { keptOffer, unsavedPicks } from './selectors.ts';
import { createSessionStore } from './state.ts';

const NOW = Date.parse('2026-11-12T14:05:00Z');
const PICKS: readonly LevelPick[] = [
  { level: 'L1', centreLps: worldPoint(1.25, 40.5, -600.75), state: 'confirmed' },
  { level: 'L2', centreLps: worldPoint(2.5, 41.5, -565.125), state: 'edited' },
];

function seriesOf(id: string, seriesInstanceUid: string | null): Series {
  return {
    id, groupId: id, label: null, part: null, seriesInstanceUid, studyInstanceUid: '1.2.840.99.1', modality: 'CT', description: 'DOE^JANE spine',
    slices: [{ patientName: 'DOE^JANE', patientId: 'PID-77' } as Series['slices'][number]],
    grid: { sizeVox: [101, 121, 241], spacingMm: [0.7, 0.9, 2.5], indexToWorld: makeAffine(worldPoint(-31, 12.5, -640), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.7, 0.9, 2.5]) },
    acquisition: { kvp: 120, sliceThicknessMm: 2.5, kernel: 'B30f', contrast: null }, isSynthetic: false, problems: [], spineScore: 1,
  };
}

/** Two series of a study: L1 and L2 on the shown one, L4 on the other. */
function startPage(fake = fakePrivateFolder()) {
  const store = createSessionStore({ state: 'empty' });
  store.setState({
    series: [seriesOf('shown', '1.2.3'), seriesOf('other', '1.2.4')],
    openSeriesId: 'shown',
    picks: placePicks(emptyPickHistory(), PICKS),
    analyses: { L1: { status: 'done', result: makeLevelResult('L1') } },
    hiddenPicks: { other: { picks: placePicks(emptyPickHistory(), [{ level: 'L4', centreLps: worldPoint(3, 44, -500), state: 'confirmed' }]), selectedLevel: null, results: [] } },
  });
  let asked = 0;
  const sessions = createSavedSessions(store, fake.folder, '0.1.0', () => { asked += 1; }, () => NOW);
  return { store, sessions, fake, asked: () => asked };
}

describe('kept sessions', () => {
  it('are listed with title, day, levels and series; they hold no name or ID of the patient; and their picks are saved', async () => {
    const { store, sessions, fake, asked } = startPage();
    expect(unsavedPicks(store.getState())).toHaveLength(2);
    expect(await sessions.keep('Tuesday')).toEqual({ ok: true, value: null });
    expect(store.getState().keptSessions).toMatchObject([
      { title: 'Tuesday', keptAt: '2026-11-12T14:05:00.000Z', levels: ['L1', 'L2'], seriesInstanceUid: '1.2.3' },
      { title: 'Tuesday', levels: ['L4'], seriesInstanceUid: '1.2.4' },
    ]);
    for (const file of fake.files.values()) expect(await file.text()).not.toMatch(/DOE|JANE|PID-77/);
    expect(unsavedPicks(store.getState())).toEqual([]);
    expect(asked()).toBe(1);
  });

  it('replace one of the same title and series, and no other', async () => {
    const { store, sessions } = startPage();
    await sessions.keep('Tuesday');
    await sessions.keep('Tuesday');
    expect(store.getState().keptSessions).toHaveLength(2);
    await sessions.keep('Wednesday');
    expect(store.getState().keptSessions).toHaveLength(4);
  });

  it('are offered for their own series alone, until the reader picks or says no, and placed only when asked', async () => {
    const { sessions, fake } = startPage();
    await sessions.keep('Tuesday');
    const { store, sessions: later } = startPage(fake);
    store.setState({ picks: emptyPickHistory(), hiddenPicks: {}, analyses: {} });
    await later.refresh();
    const offer = keptOffer(store.getState());
    expect(offer).toMatchObject({ title: 'Tuesday', levels: ['L1', 'L2'] });
    store.setState({ openSeriesId: 'other' });
    expect(keptOffer(store.getState())).toMatchObject({ levels: ['L4'] });
    store.setState({ openSeriesId: 'shown', picks: placePicks(emptyPickHistory(), PICKS.slice(1)) });
    expect(keptOffer(store.getState())).toBeNull();
    store.setState({ picks: emptyPickHistory() });
    await later.place(offer?.id ?? '');
    expect(store.getState().picks.present.picks).toEqual(PICKS);
    store.setState({ picks: emptyPickHistory() });
    later.decline(offer?.id ?? '');
    expect(keptOffer(store.getState())).toBeNull();
  });

  it('are kept whole or not at all where the disk is full', async () => {
    const { store, sessions, fake } = startPage();
    const write = fake.folder.write;
    let writes = 0;
    const failing = { ...fake.folder, write: (name: string, data: Blob | Uint8Array) => {
      writes += 1;
      if (writes === 2) fake.state.fault = new DOMException('full', 'QuotaExceededError');
      return write(name, data);
    } };
    const halfway = createSavedSessions(store, failing, '0.1.0', () => undefined, () => NOW);
    expect(await halfway.keep('Tuesday')).toMatchObject({ ok: false, error: { code: 'storage-full' } });
    expect(fake.files.size).toBe(0);
    expect(unsavedPicks(store.getState())).toHaveLength(2);
    fake.state.fault = new DOMException('no', 'SecurityError');
    expect(await sessions.keep('Tuesday')).toMatchObject({ ok: false, error: { code: 'storage-refused' } });
  });

  it('that are damaged are listed as such, cannot be exported, and can be erased', async () => {
    const { store, sessions, fake } = startPage();
    fake.files.set('broken', new Blob(['{"format":"osteolens-kept-session","version":2}']));
    await sessions.refresh();
    expect(store.getState().keptSessions).toMatchObject([{ id: 'broken', levels: [], seriesInstanceUid: null }]);
    expect(store.getState().keptSessions[0]?.title).toContain('Unreadable');
    expect(await sessions.exportOne('broken')).toBeNull();
    expect(store.getState().messages.at(-1)?.sentence).toContain('cannot be read');
    await sessions.erase('broken');
    expect(store.getState().keptSessions).toEqual([]);
  });
});
