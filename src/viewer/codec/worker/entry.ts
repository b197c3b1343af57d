import startOpenJpeg from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import wasmUrl from '@cornerstonejs/codec-openjpeg/decodewasm?url';
import { decodeJpeg2000 } from '../jpeg-2000.ts';
import type { CodecReply, CodecRequest } from '../messages.ts';

declare const self: DedicatedWorkerGlobalScope;

const silent = (): void => undefined;
const codec = startOpenJpeg({ locateFile: () => new URL(wasmUrl, import.meta.url).href, print: silent, printErr: silent });

self.addEventListener('message', (event: MessageEvent<CodecRequest>) => {
  codec.then((openJpeg) => {
    const { values } = decodeJpeg2000(openJpeg, event.data.stream);
    self.postMessage({ kind: 'done', values } satisfies CodecReply, [values.buffer]);
  }).catch((error: unknown) => {
    // Emscripten throws numbers for what C++ throws.
    self.postMessage({ kind: 'failed', message: error instanceof Error ? error.message : String(error) } satisfies CodecReply);
  });
});
