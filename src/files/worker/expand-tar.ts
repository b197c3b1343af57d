import { createTarDecoder } from 'modern-tar';
import { ArchiveRefusal, type Allowance } from './archive-limits.ts';
import { isReadable, type NamedBlob } from './first-look.ts';
import { readStream } from './read-stream.ts';
import type { Expanded, UnpackProgress } from './expand-archive.ts';

/**
 * Takes a tar archive apart; links and devices are skipped. Its members are no larger than itself, so they count by number
 * alone. What came before damage is kept.
 */
export async function expandTar(archive: NamedBlob, allowance: Allowance, onProgress: UnpackProgress): Promise<Expanded> {
  const files: NamedBlob[] = [];
  let read = 0;
  try {
    for await (const { header, body } of readStream(archive.blob.stream().pipeThrough(createTarDecoder({ strict: true })))) {
      if (header.type !== 'file') {
        await body.cancel();
        continue;
      }
      allowance.takeMember();
      const blob = await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
      files.push({ name: `${archive.name}/${header.name}`, blob });
      read += blob.size;
      onProgress(read, archive.blob.size);
    }
  } catch (error) {
    if (error instanceof ArchiveRefusal) throw error;
    return { files, faults: [{ code: (await isReadable(archive.blob)) ? 'broken-archive' : 'unreadable-file', fileName: archive.name }] };
  }
  if (files.length === 0) return { files, faults: [{ code: 'empty-folder', fileName: archive.name }] };
  onProgress(archive.blob.size, archive.blob.size);
  return { files, faults: [] };
}
