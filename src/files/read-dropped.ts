import type { FileEntry } from './file-entry.ts';

const BATCH = 100;

/**
 * Everything that was dropped, folders with all their subfolders. Call it inside the drop event: the browser empties
 * the DataTransfer when the handler returns, so its entries are taken before the first await.
 * Files and folders that vanished before they could be opened come back without content, as a fault to be told.
 */
export async function readDropped(dataTransfer: DataTransfer): Promise<FileEntry[]> {
  const dropped = [...dataTransfer.items].filter((item) => item.kind === 'file').map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: FileEntry[] = [];
  for (const { entry, file } of dropped) {
    // A synthetic drop (a test, some file managers) has files without entries.
    if (entry === null) {
      if (file !== null) found.push({ name: file.name, blob: file });
    } else {
      for (const one of await collect(entry, '')) found.push(one);
    }
  }
  return found;
}

/** The files of an input element; with `webkitdirectory` their names are paths. */
export function readFileList(files: FileList): FileEntry[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, blob: file }));
}

/** What is found under one entry, in the folder's own order. */
async function collect(entry: FileSystemEntry, parent: string): Promise<readonly FileEntry[]> {
  const name = `${parent}${entry.name}`;
  if (isFile(entry)) {
    const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
    return [file === null ? { name, blob: null, lack: 'unreadable-file' } : { name, blob: file }];
  }
  if (!isDirectory(entry)) return [];
  const { children, isWhole } = await childrenOf(entry);
  const found: FileEntry[] = isWhole ? [] : [{ name, blob: null, lack: 'unreadable-folder' }];
  if (isWhole && children.length === 0) return [{ name, blob: null }];
  // A batch at a time: one by one, thousands of files would take seconds, and all at once, too many questions to the browser.
  for (let at = 0; at < children.length; at += BATCH) {
    const parts = await Promise.all(children.slice(at, at + BATCH).map((child) => collect(child, `${name}/`)));
    for (const part of parts) for (const one of part) found.push(one);
  }
  return found;
}

/** readEntries hands out a folder in batches (100 in Chromium) and ends with an empty one; it fails where the folder goes away. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<{ readonly children: readonly FileSystemEntry[]; readonly isWhole: boolean }> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[] | null>((resolve) => reader.readEntries(resolve, () => resolve(null)));
    if (batch === null) return { children, isWhole: false };
    if (batch.length === 0) return { children, isWhole: true };
    children.push(...batch);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
