import { unsavedPicks } from './selectors.ts';
import type { SessionStore } from './state.ts';

/**
 * Closing or reloading the page asks while there are picks of the reader's that were not saved, and only then. They could be recovered
 * (recovery.ts), but only in this browser and for a while.
 */
export function guardLeaving(store: SessionStore, page: Pick<Window, 'addEventListener' | 'removeEventListener'>): void {
  const ask = (event: BeforeUnloadEvent): void => {
    event.preventDefault();
    // Chromium before 119 asks for this alone.
    event.returnValue = true;
  };
  let isAsking = false;
  store.subscribe((state) => {
    const isUnsaved = unsavedPicks(state).length > 0;
    if (isUnsaved === isAsking) return;
    isAsking = isUnsaved;
    // Listened for only while needed: a page with this listener is not kept for the browser's back button.
    if (isUnsaved) page.addEventListener('beforeunload', ask);
    else page.removeEventListener('beforeunload', ask);
  });
}
