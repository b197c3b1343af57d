/** Public surface of src/files: from what a user drops or chooses to checked series. */
export type { FileEntry, OpenedFiles, OpenProgress, OtherFile } from './file-entry.ts';
export { openFiles, prepareOpening, type OpenOptions } from './open-files.ts';
export { createDicomWeb, type DicomWeb } from './dicomweb/dicomweb.ts';
export type { FoundSeries, FoundStudy, SeriesAddress, ServerAccess, StudyPage, StudyQuery } from './dicomweb/found.ts';
export type { OfferedServer } from './deployment.ts';
export { readUrl, type LinkedFiles } from './read-url.ts';
export { readDropped, readFileList } from './read-dropped.ts';
