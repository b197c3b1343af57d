import { expect, it, vi } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { emptyPickHistory, movePick, placePick } from '#src/core/levels/picks.ts';
import { fail, ok } from '#src/lib/result.ts';
import { makeLevelResult, makeNetworkEstimate } from '#src/testing/synthetic-result.ts';
import { createExplaining, type EstimateAt } from './explaining.ts';
import { createSessionStore, type SessionStore } from './state.ts';

const pick: LevelPick = { level: 'L2', centreLps: worldPoint(3, -70, 412), state: 'confirmed' };

function storeWithPick(): SessionStore {
  const store = createSessionStore({ state: 'empty' });
  store.setState({ picks: placePick(emptyPickHistory(), pick), analyses: { L2: { status: 'done', result: makeLevelResult('L2') } } });
  return store;
}

/** Answers with a density that tells where it was asked. */
const estimateAt: EstimateAt = ({ centreLps: [x, y, z] }) => {
  const value = x + 10 * y + 100 * z;
  return Promise.resolve(ok({ network: makeNetworkEstimate({ vbmdMgCm3: { value, low: value - 1, high: value + 1 } }) }));
};

it('asks the network two millimetres to each side of the mark', async () => {
  const store = storeWithPick();
  await createExplaining(store, estimateAt).tryMoves('L2');
  const here = 3 - 700 + 41_200;
  const run = store.getState().moves['L2'];
  expect(run).toMatchObject({ status: 'done', total: 6, centreLps: pick.centreLps });
  expect(run?.answers.map(({ vbmdMgCm3 }) => vbmdMgCm3 - here)).toEqual([2, -2, 20, -20, 200, -200]);
});

it('lets a level that is being analysed go first', async () => {
  const store = storeWithPick();
  store.setState({ analyses: { L2: { status: 'done', result: makeLevelResult('L2') }, L3: { status: 'running' } } });
  const asked = vi.fn(estimateAt);
  const trying = createExplaining(store, asked).tryMoves('L2');
  await Promise.resolve();
  expect(asked).not.toHaveBeenCalled();
  store.setState({ analyses: { L3: { status: 'done', result: makeLevelResult('L3') } } });
  await trying;
  expect(asked).toHaveBeenCalledTimes(6);
});

it('stops when asked, keeps what it has, and can be asked again', async () => {
  const store = storeWithPick();
  const explaining = createExplaining(store, async (at, signal) => {
    const answer = await estimateAt(at, signal);
    if (store.getState().moves['L2']?.answers.length === 2) explaining.stopMoves();
    return answer;
  });
  await explaining.tryMoves('L2');
  expect(store.getState().moves['L2']).toMatchObject({ status: 'stopped', answers: [{}, {}] });
  await createExplaining(store, estimateAt).tryMoves('L2');
  expect(store.getState().moves['L2']?.answers).toHaveLength(6);
});

it('ends when the mark has moved, and when the network fails', async () => {
  const store = storeWithPick();
  const asked = vi.fn<EstimateAt>((at, signal) => {
    store.setState({ picks: movePick(store.getState().picks, 'L2', worldPoint(9, -70, 412)) });
    return estimateAt(at, signal);
  });
  await createExplaining(store, asked).tryMoves('L2');
  expect(asked).toHaveBeenCalledTimes(1);
  expect(store.getState().moves['L2']).toMatchObject({ status: 'stopped' });
  const failing = storeWithPick();
  await createExplaining(failing, () => Promise.resolve(fail({ sentence: 'The worker crashed.' }))).tryMoves('L2');
  expect(failing.getState().moves['L2']).toMatchObject({ status: 'failed', sentence: 'The worker crashed.' });
});
