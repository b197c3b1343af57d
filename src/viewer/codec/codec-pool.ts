import type { Numbers } from '../stored-bits.ts';
import type { CodecReply, CodecRequest } from './messages.ts';

export type CodecPool = {
  /** Takes ownership of the stream's buffer. Rejects where the stream cannot be decoded, or not in time. */
  decode(stream: Uint8Array<ArrayBuffer>): Promise<Numbers>;
};

export type PoolOptions = {
  readonly size: number;
  readonly startWorker: () => Worker;
  /** A frame takes well under a second; a codec that has lost its way in a damaged stream is ended with its worker. */
  readonly limitMs?: number;
  /** Idle workers are ended after this time, and their wasm memory with them. */
  readonly idleMs?: number;
};

type Task = { readonly stream: Uint8Array<ArrayBuffer>; readonly resolve: (values: Numbers) => void; readonly reject: (error: Error) => void };

const LIMIT_MS = 20_000;
const IDLE_MS = 10_000;

/** Decodes JPEG 2000 and HTJ2K in workers of our own, one stream at a time in each, in the order they come. */
export function makeCodecPool({ size, startWorker, limitMs = LIMIT_MS, idleMs = IDLE_MS }: PoolOptions): CodecPool {
  const idle: Worker[] = [];
  const waiting: Task[] = [];
  let busy = 0;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;

  const next = (): void => {
    clearTimeout(idleTimer);
    for (const task of waiting.splice(0, size - busy)) run(task, idle.pop() ?? startWorker());
    if (busy === 0) idleTimer = setTimeout(() => idle.splice(0).forEach((worker) => worker.terminate()), idleMs);
  };
  const run = ({ stream, resolve, reject }: Task, worker: Worker): void => {
    busy += 1;
    const end = (settle: () => void, isUsable: boolean): void => {
      clearTimeout(timer);
      worker.onmessage = null;
      worker.onerror = null;
      if (isUsable) idle.push(worker);
      else worker.terminate();
      busy -= 1;
      settle();
      next();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`No picture within ${limitMs} ms.`)), false), limitMs);
    worker.onmessage = ({ data }: MessageEvent<CodecReply>) => {
      // After a failure the wasm memory is in an unknown state: another worker goes on.
      if (data.kind === 'done') end(() => resolve(data.values), true);
      else end(() => reject(new Error(data.message)), false);
    };
    worker.onerror = (event) => end(() => reject(new Error(event.message)), false);
    worker.postMessage({ stream } satisfies CodecRequest, [stream.buffer]);
  };
  return {
    decode: (stream) =>
      new Promise((resolve, reject) => {
        waiting.push({ stream, resolve, reject });
        next();
      }),
  };
}

export function startCodecWorker(): Worker {
  return new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'codec' });
}
