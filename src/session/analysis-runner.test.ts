import { describe, expect, it } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { confirmAll, movePick, placePick, placeProposals, rejectPick, removePick, shiftAll, undoPick, type PickHistory } from '#src/core/levels/picks.ts';
import type { LevelResult } from '#src/core/results/level-result.ts';
import { startAnalysisRunner } from './analysis-runner.ts';
import { createSessionStore } from './state.ts';

type Job = { readonly pick: LevelPick; readonly signal: AbortSignal; readonly resolve: (result: LevelResult) => void; readonly reject: (error: Error) => void };

function setUp() {
  const store = createSessionStore({ state: 'empty' });
  const jobs: Job[] = [];
  const runner = startAnalysisRunner(store, (pick, signal) => new Promise((resolve, reject) => { jobs.push({ pick, signal, resolve, reject }); }));
  const change = (next: (history: PickHistory) => PickHistory) => store.setState({ picks: next(store.getState().picks) });
  const place = (level: LevelPick['level'], z: number) => change((history) => placePick(history, { level, centreLps: worldPoint(1, -2, z), state: 'confirmed' }));
  return { store, jobs, runner, change, place };
}

function resultFor(level: LevelPick['level']): LevelResult {
  return { level, measurement: null, network: null, run: null, warnings: [] };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('analysis runner', () => {
  it('analyses a pick as soon as it is placed, and keeps its result', async () => {
    const { store, jobs, place } = setUp();
    place('L2', 30);
    expect(store.getState().analyses.L2).toEqual({ status: 'running' });
    jobs[0]?.resolve(resultFor('L2'));
    await settled();
    expect(store.getState().analyses.L2).toEqual({ status: 'done', result: resultFor('L2') });
  });

  it('cancels the analysis of a pick that moves and drops what comes of it', async () => {
    const { store, jobs, place, change } = setUp();
    place('L2', 30);
    change((history) => movePick(history, 'L2', worldPoint(1, -2, 33)));
    expect(jobs.map(({ signal, pick }) => [signal.aborted, pick.centreLps[2]])).toEqual([[true, 30], [false, 33]]);
    jobs[1]?.resolve({ ...resultFor('L2'), warnings: [{ code: 'new', effect: 'note', sentence: 'New.' }] });
    jobs[0]?.resolve(resultFor('L2'));
    await settled();
    expect(store.getState().analyses.L2).toMatchObject({ result: { warnings: [{ code: 'new' }] } });
  });

  it('leaves the others alone when one is placed or armed', async () => {
    const { jobs, place } = setUp();
    place('L2', 30);
    place('L3', 0);
    await settled();
    expect(jobs.map(({ pick, signal }) => [pick.level, signal.aborted])).toEqual([['L2', false], ['L3', false]]);
  });

  it('forgets a removed pick, and analyses it again when the removal is undone', () => {
    const { store, jobs, place, change } = setUp();
    place('L2', 30);
    change((history) => removePick(history, 'L2'));
    expect(store.getState().analyses).toEqual({});
    expect(jobs[0]?.signal.aborted).toBe(true);
    change(undoPick);
    expect(jobs).toHaveLength(2);
  });

  it('doubts a low body once its neighbours are known, and no longer when they are gone', async () => {
    const { store, jobs, place, change } = setUp();
    const height = (level: LevelPick['level'], mm: number): LevelResult => ({ ...resultFor(level), fit: { heightsMm: { anterior: mm, middle: mm, posterior: mm } } as NonNullable<LevelResult['fit']> });
    const codesAtL2 = (): readonly string[] => {
      const { L2 } = store.getState().analyses;
      return L2?.status === 'done' ? L2.result.warnings.map(({ code }) => code) : [];
    };
    place('L2', 30);
    jobs[0]?.resolve(height('L2', 17));
    await settled();
    expect(codesAtL2()).toEqual([]);
    place('L3', 0);
    jobs[1]?.resolve(height('L3', 25));
    await settled();
    expect(codesAtL2()).toEqual(['height-loss']);
    change((history) => removePick(history, 'L3'));
    expect(codesAtL2()).toEqual([]);
  });

  it('follows a shift of all labels', () => {
    const { store, place, change } = setUp();
    place('L2', 30);
    place('L3', 0);
    change((history) => {
      const shifted = shiftAll(history, 1);
      if (!shifted.ok) throw new Error(shifted.error.sentence);
      return shifted.value;
    });
    expect(Object.keys(store.getState().analyses).sort()).toEqual(['L3', 'L4']);
  });

  it('says in one sentence when a fault ends an analysis, and goes on with the next', async () => {
    const { store, jobs, place } = setUp();
    place('L1', 60);
    place('L2', 30);
    jobs[0]?.reject(new Error('boom'));
    jobs[1]?.resolve(resultFor('L2'));
    await settled();
    expect(store.getState().analyses.L1).toMatchObject({ status: 'failed', sentence: expect.stringContaining('boom') });
    expect(store.getState().analyses.L2).toMatchObject({ status: 'done' });
  });

  it('analyses a proposed spine two at a time, the selected level first, and what the reader places before the rest', async () => {
    const { store, jobs, change, place } = setUp();
    store.setState({ selectedLevel: 'L4' });
    const proposal = { confidence: 0.9, nameConfidence: 0.8 };
    change((history) => placeProposals(history, (['T9', 'T12', 'L1', 'L2', 'L3', 'L4'] as const).map((level, n) => ({ level, centreLps: worldPoint(1, -2, 300 - 33 * n), state: 'proposed', proposal }))));
    expect(store.getState().analyses).toMatchObject({ L4: { status: 'running' }, T12: { status: 'running' }, L1: { status: 'queued' }, L3: { status: 'queued' } });
    expect(store.getState().analyses.T9).toBeUndefined();
    place('L3', 168);
    jobs[0]?.resolve(resultFor('L4'));
    await settled();
    expect(jobs.map(({ pick }) => pick.level)).toEqual(['L4', 'T12', 'L3']);
    change(confirmAll);
    change((history) => rejectPick(history, 'L2'));
    jobs[1]?.resolve(resultFor('T12'));
    jobs[2]?.resolve(resultFor('L3'));
    await settled();
    jobs[3]?.resolve(resultFor('L1'));
    await settled();
    expect(jobs.map(({ pick }) => pick.level)).toEqual(['L4', 'T12', 'L3', 'L1']);
    expect(Object.keys(store.getState().analyses).sort()).toEqual(['L1', 'L3', 'L4', 'T12']);
  });

  it('ends everything when another series opens', () => {
    const { store, jobs, runner, place } = setUp();
    place('L1', 60);
    runner.clear();
    expect(jobs[0]?.signal.aborted).toBe(true);
    expect(store.getState().analyses).toEqual({});
  });
});
