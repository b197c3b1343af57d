/** Public surface of src/files: from what a user drops or chooses to checked series. */
export type { FileEntry, OpenedFiles, OpenProgress, OtherFile } from './file-entry.ts';
export { openFiles, type OpenOptions } from './open-files.ts';
export { readUrl, type LinkedFiles } from './read-url.ts';
export { readDropped, readFileList } from './read-dropped.ts';
