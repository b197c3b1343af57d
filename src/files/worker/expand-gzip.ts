import type { Allowance } from './archive-limits.ts';
import { isReadable, type NamedBlob } from './first-look.ts';
import type { Expanded, UnpackProgress } from './expand-archive.ts';

/** Unpacks a gzip file, which keeps its name; what comes out is counted as it comes, because gzip does not state a size to be believed. */
export async function expandGzip({ name, blob }: NamedBlob, allowance: Allowance, onProgress: UnpackProgress): Promise<Expanded> {
  onProgress(0, 1);
  allowance.takeMember();
  let refusal: unknown = null;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      try {
        allowance.takeBytes(chunk.length);
        controller.enqueue(chunk);
      } catch (error) {
        refusal = error;
        controller.error(error);
      }
    },
  });
  try {
    const expanded = await new Response(blob.stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(counter)).blob();
    onProgress(1, 1);
    return { files: [{ name, blob: expanded }], faults: [] };
  } catch {
    // Chromium's Response turns every reason into "Failed to fetch".
    if (refusal !== null) throw refusal;
    return { files: [], faults: [{ code: (await isReadable(blob)) ? 'broken-archive' : 'unreadable-file', fileName: name }] };
  }
}
