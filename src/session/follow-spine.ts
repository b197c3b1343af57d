import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { Viewer } from '#src/viewer/index.ts';
import type { SessionState, SessionStore } from './state.ts';

/** Centres that the straightened view runs through: all that are marked, proposals among them, less those that the reader rejected. */
export function spineCentres({ picks }: Pick<SessionState, 'picks'>): readonly WorldPoint[] {
  return picks.present.picks.flatMap(({ centreLps, state }) => (state === 'rejected' ? [] : [centreLps]));
}

/** Keeps the straightened view on the picks of the open series. */
export function followSpine(store: SessionStore, { curved }: Pick<Viewer, 'curved'>): void {
  store.subscribe((state, before) => {
    if (state.picks.present.picks !== before.picks.present.picks) curved.setCentres(spineCentres(state));
  });
}
