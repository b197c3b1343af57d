import type { Viewer } from '#src/viewer/index.ts';
import type { SessionStore } from './state.ts';

/** Time to look where to click; the network itself starts in 0.3 to 1 s. */
const AFTER_OPENING_MS = 1500;

/**
 * The network takes about 100 MB and, to start, a second of two cores: both belong to the slices while they are read, and then to the search for the
 * vertebrae, whose own network would stand in memory beside it. It starts when the pointer comes to an open series, or a moment after the opening and
 * the search. A pick that is earlier still starts it by itself.
 * @param start may be called again
 */
export function startNetworkLate(store: SessionStore, viewer: Pick<Viewer, 'onHover'>, start: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const startNow = (): void => {
    clearTimeout(timer);
    stopHover();
    stopStore();
    start();
  };
  const stopHover = viewer.onHover((hover) => {
    if (hover !== null && store.getState().openSeriesId !== null) startNow();
  });
  const stopStore = store.subscribe(({ openSeriesId, spine }, before) => {
    if (openSeriesId === before.openSeriesId && spine.status === before.spine.status) return;
    clearTimeout(timer);
    if (openSeriesId !== null && spine.status !== 'running') timer = setTimeout(startNow, AFTER_OPENING_MS);
  });
}
