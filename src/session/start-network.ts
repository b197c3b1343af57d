import type { Viewer } from '#src/viewer/index.ts';
import type { SessionStore } from './state.ts';

/** Time to look where to click; the network itself starts in 0.3 to 1 s. */
const AFTER_OPENING_MS = 1500;

/**
 * The network takes about 100 MB and, to start, a second of two cores: both belong to the slices while they are read. It starts when the
 * pointer comes to an open series, or a moment after the opening. A pick that is earlier still starts it by itself.
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
  const stopStore = store.subscribe(({ openSeriesId }, before) => {
    if (openSeriesId === before.openSeriesId) return;
    clearTimeout(timer);
    if (openSeriesId !== null) timer = setTimeout(startNow, AFTER_OPENING_MS);
  });
}
