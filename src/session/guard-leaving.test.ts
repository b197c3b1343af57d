import { expect, it } from 'vitest';
import type { Series } from '#src/core/dicom/series.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { emptyPickHistory, placePicks, placeProposals } from '#src/core/levels/picks.ts';
import { guardLeaving } from './guard-leaving.ts';
import { pickSets } from './selectors.ts';
import { createSessionStore } from './state.ts';

it('asks before the page is left while picks of the reader are unsaved, not for proposals alone, and not when they were saved', () => {
  const page = new EventTarget();
  const store = createSessionStore({ state: 'empty' });
  guardLeaving(store, page as unknown as Window);
  // Node's events have no returnValue that can be set.
  const asks = (): boolean => !page.dispatchEvent(Object.defineProperty(new Event('beforeunload', { cancelable: true }), 'returnValue', { writable: true }));
  store.setState({ series: [{ id: 's1' } as Series], openSeriesId: 's1' });
  expect(asks()).toBe(false);
  store.setState({ picks: placeProposals(emptyPickHistory(), [{ level: 'L1', centreLps: worldPoint(1, 2, 3), state: 'proposed', proposal: { confidence: 1, nameConfidence: 1 } }]) });
  expect(asks()).toBe(false);
  store.setState({ picks: placePicks(store.getState().picks, [{ level: 'L2', centreLps: worldPoint(1, 2, -30), state: 'confirmed' }]) });
  expect(asks()).toBe(true);
  store.setState({ savedPicks: pickSets(store.getState()) });
  expect(asks()).toBe(false);
});
