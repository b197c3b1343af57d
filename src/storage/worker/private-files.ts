import { ok, type Result } from '#src/lib/result.ts';
import type { KeptFile, KeptFileInFolder, StorageTask } from '../messages.ts';

/*
 * Files in the origin's private file system, written through access handles, which every engine has in workers. None of them offers
 * a rename everywhere, so that a file is whole or not at all by its end: each version is written to the free one of two places,
 * "name~0" and "name~1", and ends with a mark and a counter that follow only when the content is on disk. The whole one with the
 * higher counter is the file.
 */

const MARK = new TextEncoder().encode('OLwhole1');
const END_BYTES = MARK.length + 8;
const CHUNK_BYTES = 4 * 1024 * 1024;
const PLACE = /^(.+)~([01])$/;

type Version = { readonly diskName: string; readonly place: 0 | 1; readonly counter: bigint; readonly file: File };

/** Does one task below `root`. Throws what the file system throws. */
export async function runTask(root: FileSystemDirectoryHandle, task: StorageTask): Promise<Result<unknown, never>> {
  if (task.kind === 'list-everything') return ok(await listDeep(root, []));
  if (task.kind === 'remove-all') {
    await removeFolder(root, task.folder);
    return ok(null);
  }
  const folder = await openFolder(root, task.folder, task.kind === 'write');
  if (task.kind === 'list') return ok(folder === null ? [] : await listFiles(folder));
  if (task.kind === 'remove') {
    if (folder !== null) await Promise.all([removeIfThere(folder, `${task.name}~0`), removeIfThere(folder, `${task.name}~1`)]);
    return ok(null);
  }
  if (task.kind === 'write') {
    if (folder !== null) await writeWhole(folder, task.name, task.data);
    return ok(null);
  }
  const version = folder === null ? undefined : await newestOf(folder, task.name);
  if (version === undefined) throw new Error(`there is no file ${task.name}`);
  return ok(contentOf(version));
}

function contentOf({ file }: Version): Blob {
  return file.slice(0, file.size - END_BYTES, file.type);
}

async function openFolder(root: FileSystemDirectoryHandle, path: readonly string[], isToBeMade: boolean): Promise<FileSystemDirectoryHandle | null> {
  let folder = root;
  for (const name of path) {
    try {
      folder = await folder.getDirectoryHandle(name, { create: isToBeMade });
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }
  return folder;
}

/** The whole version of a file that was written last; undefined where there is none. */
async function newestOf(folder: FileSystemDirectoryHandle, name: string): Promise<Version | undefined> {
  const versions = await Promise.all([readVersion(folder, name, 0), readVersion(folder, name, 1)]);
  return versions.flatMap((one) => one ?? []).toSorted((a, b) => (a.counter < b.counter ? 1 : -1))[0];
}

/** Null where the place is empty or holds the beginning of a file that was never ended. */
async function readVersion(folder: FileSystemDirectoryHandle, name: string, place: 0 | 1): Promise<Version | null> {
  const diskName = `${name}~${place}`;
  try {
    const file = await (await folder.getFileHandle(diskName)).getFile();
    if (file.size < END_BYTES) return null;
    const end = new Uint8Array(await file.slice(file.size - END_BYTES).arrayBuffer());
    if (MARK.some((byte, n) => end[n] !== byte)) return null;
    return { diskName, place, counter: new DataView(end.buffer).getBigUint64(MARK.length), file };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function writeWhole(folder: FileSystemDirectoryHandle, name: string, data: Blob | Uint8Array): Promise<void> {
  const before = await newestOf(folder, name);
  const diskName = `${name}~${before?.place === 0 ? 1 : 0}`;
  try {
    const handle = await folder.getFileHandle(diskName, { create: true });
    const access = await handle.createSyncAccessHandle();
    try {
      access.truncate(0);
      const size = await writeChunks(access, data);
      access.flush();
      const end = new Uint8Array(END_BYTES);
      end.set(MARK);
      new DataView(end.buffer).setBigUint64(MARK.length, (before?.counter ?? 0n) + 1n);
      writeAt(access, end, size);
      access.flush();
    } finally {
      access.close();
    }
  } catch (error) {
    await removeIfThere(folder, diskName).catch(() => undefined);
    throw error;
  }
  if (before !== undefined) await removeIfThere(folder, before.diskName);
}

/** Answers the bytes written. A blob is read piece by piece, so that a large one is never in memory as a whole. */
async function writeChunks(access: FileSystemSyncAccessHandle, data: Blob | Uint8Array): Promise<number> {
  const size = data instanceof Blob ? data.size : data.length;
  for (let from = 0; from < size; from += CHUNK_BYTES) {
    const chunk = data instanceof Blob ? new Uint8Array(await data.slice(from, from + CHUNK_BYTES).arrayBuffer()) : data.subarray(from, from + CHUNK_BYTES);
    writeAt(access, chunk, from);
  }
  return size;
}

function writeAt(access: FileSystemSyncAccessHandle, bytes: Uint8Array, at: number): void {
  // Engines may write less than asked where the space ends, instead of throwing.
  const written = access.write(bytes as Uint8Array<ArrayBuffer>, { at });
  if (written < bytes.length) throw new DOMException('The disk took only a part of the file.', 'QuotaExceededError');
}

/** Whole files. What was begun and never ended, as by a crash, is swept away: it is nobody's. */
async function listFiles(folder: FileSystemDirectoryHandle): Promise<readonly KeptFile[]> {
  const diskNames: string[] = [];
  for await (const [diskName, handle] of folder.entries()) if (handle.kind === 'file') diskNames.push(diskName);
  const names = [...new Set(diskNames.flatMap((diskName) => PLACE.exec(diskName)?.[1] ?? []))];
  const files: KeptFile[] = [];
  for (const name of names.toSorted()) {
    const newest = await newestOf(folder, name);
    for (const diskName of [`${name}~0`, `${name}~1`]) if (diskName !== newest?.diskName) await removeIfThere(folder, diskName);
    if (newest !== undefined) files.push({ name, bytes: newest.file.size - END_BYTES, modifiedMs: newest.file.lastModified });
  }
  return files;
}

async function listDeep(folder: FileSystemDirectoryHandle, path: readonly string[]): Promise<readonly KeptFileInFolder[]> {
  const files: KeptFileInFolder[] = (await listFiles(folder)).map((file) => ({ ...file, folder: path }));
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind === 'directory') files.push(...(await listDeep(handle as FileSystemDirectoryHandle, [...path, name])));
    else if (!PLACE.test(name)) {
      const file = await (handle as FileSystemFileHandle).getFile();
      files.push({ folder: path, name, bytes: file.size, modifiedMs: file.lastModified });
    }
  }
  return files;
}

async function removeFolder(root: FileSystemDirectoryHandle, path: readonly string[]): Promise<void> {
  const name = path.at(-1);
  if (name === undefined) {
    const names: string[] = [];
    for await (const entry of root.keys()) names.push(entry);
    for (const entry of names) await root.removeEntry(entry, { recursive: true });
    return;
  }
  const parent = await openFolder(root, path.slice(0, -1), false);
  if (parent !== null) await removeIfThere(parent, name);
}

async function removeIfThere(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}
