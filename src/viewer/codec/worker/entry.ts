import '#src/lib/browser/hold-life-lock.ts';
import startOpenJpeg from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import wasmUrl from '@cornerstonejs/codec-openjpeg/decodewasm?url';
import { readStream } from '../../coded-stream.ts';
import { decodeJpeg2000, type OpenJpeg } from '../jpeg-2000.ts';
import type { CodecReply, CodecRequest } from '../messages.ts';

declare const self: DedicatedWorkerGlobalScope;

const silent = (): void => undefined;
let started: Promise<OpenJpeg> | null = null;

/** Loaded with the first JPEG 2000 stream: to look through a JPEG takes no codec. */
function openJpeg(): Promise<OpenJpeg> {
  started ??= startOpenJpeg({ locateFile: () => new URL(wasmUrl, import.meta.url).href, print: silent, printErr: silent });
  return started;
}

self.addEventListener('message', ({ data }: MessageEvent<CodecRequest>) => {
  if (data.kind === 'read') {
    self.postMessage({ kind: 'read', facts: readStream(data.stream, data.transferSyntaxUid) } satisfies CodecReply);
    return;
  }
  openJpeg().then((codec) => {
    const { values } = decodeJpeg2000(codec, data.stream);
    self.postMessage({ kind: 'done', values } satisfies CodecReply, [values.buffer]);
  }).catch((error: unknown) => {
    // Emscripten throws numbers for what C++ throws.
    self.postMessage({ kind: 'failed', message: error instanceof Error ? error.message : String(error) } satisfies CodecReply);
  });
});
