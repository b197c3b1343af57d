import { ArchiveRefusal, type Allowance } from './archive-limits.ts';
import type { Expanded, UnpackProgress } from './expand-archive.ts';
import { isReadable, type NamedBlob } from './first-look.ts';
import { readStream } from './read-stream.ts';

/** Unpacked bytes are handed to the browser in parts of this size, which it may keep on disk. */
const PART_BYTES = 16 * 1024 * 1024;

/** Unpacks a gzip file, which keeps its name; what comes out is counted as it comes, because gzip does not state a size to be believed. */
export async function expandGzip({ name, blob }: NamedBlob, allowance: Allowance, onProgress: UnpackProgress): Promise<Expanded> {
  onProgress(0, 1);
  allowance.takeMember();
  try {
    const expanded = await inflate(blob, allowance);
    onProgress(1, 1);
    return { files: [{ name, blob: expanded }], faults: [] };
  } catch (error) {
    if (error instanceof ArchiveRefusal) throw error;
    return { files: [], faults: [{ code: (await isReadable(blob)) ? 'broken-archive' : 'unreadable-file', fileName: name }] };
  }
}

async function inflate(blob: Blob, allowance: Allowance): Promise<Blob> {
  const parts: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let chunkBytes = 0;
  // Leaving the loop by an error cancels the stream, so a bomb stops where it is refused.
  for await (const chunk of readStream(blob.stream().pipeThrough(new DecompressionStream('gzip')))) {
    allowance.takeBytes(chunk.length);
    chunks.push(chunk);
    chunkBytes += chunk.length;
    if (chunkBytes < PART_BYTES) continue;
    parts.push(new Blob(chunks));
    chunks = [];
    chunkBytes = 0;
  }
  return new Blob([...parts, ...chunks]);
}
