/** Public surface of src/files: from what a user drops or chooses to checked series. */
export type { FileEntry, OpenedFiles, OpenProgress, OtherFile } from './file-entry.ts';
export { openFiles, prepareOpening, type OpenOptions } from './open-files.ts';
export { createDicomWeb, type DicomWeb } from './dicomweb/dicomweb.ts';
export type { FoundSeries, FoundStudy, SeriesAddress, ServerAccess, StudyPage, StudyQuery } from './dicomweb/found.ts';
export type { OfferedServer } from './deployment.ts';
export { readUrl, type LinkedFiles } from './read-url.ts';
export { mayLackImages, type ModelFolder } from './model-folder.ts';
import type { FileToZip } from './write-zip.ts';
export { readDropped, readFileList } from './read-dropped.ts';

/** Files as one zip archive; the library comes with the first. */
export async function writeZip(files: readonly FileToZip[]): Promise<Blob> {
  const zip = await import('./write-zip.ts');
  return zip.writeZip(files);
}
