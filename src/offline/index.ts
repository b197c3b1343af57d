/** Public surface of src/offline: the copy that this browser keeps of the application. */
export { createOfflineCopy, type OfflineCopy } from './offline-copy.ts';
export type { CopyState, OfflineState } from './offline-state.ts';
export type { BuildName, KeptBuild } from './messages.ts';
export { readPageBuild } from './page-build.ts';
export { reloadForIsolation } from './isolate-page.ts';
