import { useStore } from 'zustand';
import type { OfflineCopy, OfflineState } from '#src/offline/index.ts';

/** Re-renders when the offline copy's state changes. */
export function useOffline(offline: OfflineCopy): OfflineState {
  return useStore(offline.store);
}
