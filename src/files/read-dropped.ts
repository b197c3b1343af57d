import type { FileEntry } from './file-entry.ts';

/**
 * Everything that was dropped, folders with all their subfolders. Call it inside the drop event: the browser empties
 * the DataTransfer when the handler returns, so its entries are taken before the first await.
 * A file that vanished before it could be opened is left out.
 */
export async function readDropped(dataTransfer: DataTransfer): Promise<FileEntry[]> {
  const dropped = [...dataTransfer.items].filter((item) => item.kind === 'file').map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: FileEntry[] = [];
  for (const { entry, file } of dropped) {
    // A synthetic drop (a test, some file managers) has files without entries.
    if (entry === null) {
      if (file !== null) found.push({ name: file.name, blob: file });
    } else {
      await collect(entry, '', found);
    }
  }
  return found;
}

/** The files of an input element; with `webkitdirectory` their names are paths. */
export function readFileList(files: FileList): FileEntry[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, blob: file }));
}

async function collect(entry: FileSystemEntry, parent: string, found: FileEntry[]): Promise<void> {
  const name = `${parent}${entry.name}`;
  if (isFile(entry)) {
    const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
    if (file !== null) found.push({ name, blob: file });
    return;
  }
  if (!isDirectory(entry)) return;
  const children = await childrenOf(entry);
  if (children.length === 0) found.push({ name, blob: null });
  for (const child of children) await collect(child, `${name}/`, found);
}

/** readEntries hands out a folder in batches (100 in Chromium) and ends with an empty one. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (batch.length === 0) return children;
    children.push(...batch);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
