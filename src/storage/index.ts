/** Public surface of src/storage: files in the origin's private file system. */
import { createPrivateStorage } from './private-folder.ts';

export type { KeptFile, KeptFileInFolder } from './messages.ts';
export type { PrivateFolder } from './private-folder.ts';
export { storageRefused, type StorageProblem } from './problems.ts';

/** One worker for the page. */
export const { openPrivateFolder, listEverything, eraseEverything } = createPrivateStorage();
