import { describe, expect, test } from 'vitest';
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { emptyPickHistory } from '#src/core/levels/picks.ts';
import type { Viewer } from '#src/viewer/index.ts';
import { followSpine } from './follow-spine.ts';
import { createSessionStore } from './state.ts';

const PICKS: readonly LevelPick[] = [
  { level: 'L1', centreLps: worldPoint(3, -40, 211), state: 'confirmed' },
  { level: 'L2', centreLps: worldPoint(5, -47, 176), state: 'rejected' },
  { level: 'L3', centreLps: worldPoint(4, -51, 140), state: 'proposed' },
];

describe('the straightened view follows the picks', () => {
  test('should be given all centres but the rejected ones, once for each change of the picks', () => {
    const store = createSessionStore({ state: 'empty' });
    const given: (readonly WorldPoint[])[] = [];
    followSpine(store, { curved: { setCentres: (centres: readonly WorldPoint[]) => given.push(centres) } as unknown as Viewer['curved'] });
    const history = emptyPickHistory();
    store.setState({ picks: { ...history, present: { ...history.present, picks: PICKS } } });
    store.setState({ selectedLevel: 'L1' });
    expect(given).toEqual([[PICKS[0]?.centreLps, PICKS[2]?.centreLps]]);
    store.setState({ picks: emptyPickHistory() });
    expect(given.at(-1)).toEqual([]);
  });
});
