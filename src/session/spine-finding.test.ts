import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { undoPick } from '#src/core/levels/picks.ts';
import type { Series } from '#src/core/dicom/series.ts';
import type { SpineProposal } from '#src/core/spine/spine-proposal.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem, SpineFinder } from '#src/inference/index.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { startSpineSearch } from './spine-finding.ts';
import { createSessionStore } from './state.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const PROPOSAL: SpineProposal = {
  vertebrae: [
    { name: 'T12', centreLps: worldPoint(1, -2, 40), axisLps: [0, 0, 1], confidence: 0.9, nameConfidence: 0.97 },
    { name: 'L1', centreLps: worldPoint(2, -3, 8), axisLps: [0, 0, 1], confidence: 0.8, nameConfidence: 0.96 },
  ],
  isAnchored: true, anchors: ['last-rib'], alternatives: [], elapsedMs: 1200,
};

type Search = { readonly signal: AbortSignal; readonly onProgress: (done: number) => void; readonly answer: (result: Result<SpineProposal, InferenceProblem>) => void };

function page(isWanted = true) {
  const store = createSessionStore({ state: 'empty' });
  const searches: Search[] = [];
  const finder: SpineFinder = { find: (_volume, signal, onProgress) => new Promise((answer) => { searches.push({ signal, onProgress, answer }); }) };
  const volume = makeSyntheticVolume(() => 40);
  const search = startSpineSearch(store, finder, () => (store.getState().openSeriesId === null ? null : volume), isWanted);
  const open = (id: string | null) => store.setState({ openSeriesId: id, series: ['a', 'b'].map((one) => ({ id: one }) as Series) });
  return { store, searches, search, open };
}

const settle = () => vi.advanceTimersByTimeAsync(1000);

describe('the search for vertebrae', () => {
  it('starts when a series opens, tells how far it is and proposes picks in one step of undo', async () => {
    const { store, searches, open } = page();
    open('a');
    await settle();
    searches[0]?.onProgress(37);
    expect(store.getState().spine).toEqual({ status: 'running', done: 37, total: 100 });
    searches[0]?.answer(ok(PROPOSAL));
    await settle();
    expect(store.getState().spine).toEqual({ status: 'done', proposal: PROPOSAL });
    expect(store.getState().picks.present.picks).toEqual([
      { level: 'T12', centreLps: [1, -2, 40], state: 'proposed', proposal: { confidence: 0.9, nameConfidence: 0.97 }, nameCount: { confidence: 0.97, anchors: ['last-rib'] } },
      { level: 'L1', centreLps: [2, -3, 8], state: 'proposed', proposal: { confidence: 0.8, nameConfidence: 0.96 }, nameCount: { confidence: 0.96, anchors: ['last-rib'] } },
    ]);
    expect(undoPick(store.getState().picks).present.picks).toEqual([]);
  });

  it('is ended by another series, whose own search answers alone', async () => {
    const { store, searches, open } = page();
    open('a');
    await settle();
    open('b');
    await settle();
    expect(searches.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    searches[0]?.answer(ok(PROPOSAL));
    searches[0]?.onProgress(90);
    await settle();
    expect(store.getState().picks.present.picks).toEqual([]);
    expect(store.getState().spine).toEqual({ status: 'running', done: 0, total: 100 });
  });

  it('is not made again when the reader comes back, and leaves the picks alone', async () => {
    const { store, searches, open } = page();
    open('a');
    await settle();
    searches[0]?.answer(ok(PROPOSAL));
    await settle();
    open('b');
    await settle();
    const { picks } = store.getState();
    open('a');
    await settle();
    expect(searches).toHaveLength(2);
    expect(store.getState().spine).toEqual({ status: 'done', proposal: PROPOSAL });
    expect(store.getState().picks).toBe(picks);
  });

  it('can be cancelled and made again', async () => {
    const { store, searches, search, open } = page();
    open('a');
    await settle();
    search.cancel();
    expect(searches[0]?.signal.aborted).toBe(true);
    expect(store.getState().spine).toEqual({ status: 'cancelled' });
    search.find();
    searches[1]?.answer(ok(PROPOSAL));
    await settle();
    expect(store.getState().spine.status).toBe('done');
  });

  it('says in one sentence why it failed, and proposes nothing', async () => {
    const { store, searches, open } = page();
    open('a');
    await settle();
    searches[0]?.answer(fail({ code: 'run-failed', sentence: 'The spine network failed on this scan.' }));
    await settle();
    expect(store.getState().spine).toEqual({ status: 'failed', sentence: 'The spine network failed on this scan. Vertebrae are not proposed; pick them by hand.' });
    expect(store.getState().picks.past).toEqual([]);
  });

  it('does not start by itself where it is not wanted', async () => {
    const { searches, search, open } = page(false);
    open('a');
    await settle();
    expect(searches).toHaveLength(0);
    search.find();
    expect(searches).toHaveLength(1);
  });
});
