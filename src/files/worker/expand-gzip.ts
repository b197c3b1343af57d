import { ArchiveRefusal, type Allowance } from './archive-limits.ts';
import type { Expanded, UnpackProgress } from './expand-archive.ts';
import { inflateMembers } from './gzip-members.ts';
import { isReadable, type NamedBlob } from './first-look.ts';
import { readStream } from './read-stream.ts';

/** Unpacked bytes are handed to the browser in parts of this size, which it may keep on disk. */
const PART_BYTES = 16 * 1024 * 1024;

/** Unpacks a gzip file, which keeps its name, by the browser's own means or, where those give up, by slower ones; what comes out is counted as it comes, because gzip does not state a size to be believed. */
export async function expandGzip({ name, blob }: NamedBlob, allowance: Allowance, onProgress: UnpackProgress): Promise<Expanded> {
  onProgress(0, 1);
  allowance.takeMember();
  const taken = { bytes: 0 };
  const ways = [() => readStream(blob.stream().pipeThrough(new DecompressionStream('gzip'))), () => inflateMembers(blob)];
  for (const unfold of ways) {
    try {
      const expanded = await collect(unfold(), allowance, taken);
      onProgress(1, 1);
      return { files: [{ name, blob: expanded }], faults: [] };
    } catch (error) {
      if (error instanceof ArchiveRefusal) throw error;
      if (!(await isReadable(blob))) return { files: [], faults: [{ code: 'unreadable-file', fileName: name }] };
    }
  }
  return { files: [], faults: [{ code: 'broken-archive', fileName: name }] };
}

/** @param taken what of the allowance an earlier attempt used: the same bytes are not counted again */
async function collect(stream: AsyncIterable<Uint8Array<ArrayBuffer>>, allowance: Allowance, taken: { bytes: number }): Promise<Blob> {
  const parts: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let chunkBytes = 0;
  let allBytes = 0;
  // Leaving the loop by an error cancels the stream, so a bomb stops where it is refused.
  for await (const chunk of stream) {
    allBytes += chunk.length;
    if (allBytes > taken.bytes) {
      allowance.takeBytes(allBytes - taken.bytes);
      taken.bytes = allBytes;
    }
    chunks.push(chunk);
    chunkBytes += chunk.length;
    if (chunkBytes < PART_BYTES) continue;
    parts.push(new Blob(chunks));
    chunks = [];
    chunkBytes = 0;
  }
  return new Blob([...parts, ...chunks]);
}
