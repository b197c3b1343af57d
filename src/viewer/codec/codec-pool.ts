import { afterAwakeTime } from '#src/lib/browser/awake-timer.ts';
import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import type { Result } from '#src/lib/result.ts';
import type { StreamFacts } from '../coded-stream.ts';
import type { Numbers } from '../stored-bits.ts';
import type { CodecReply, CodecRequest } from './messages.ts';

export type CodecPool = {
  /** Rejects where the stream cannot be decoded, or not in time. A worker that dies is replaced, and the stream tried once more. */
  decode(stream: Uint8Array<ArrayBuffer>): Promise<Numbers>;
  /** What readStream of coded-stream.ts says of it, which takes milliseconds for a lossless JPEG. */
  read(stream: Uint8Array<ArrayBuffer>, transferSyntaxUid: string): Promise<Result<StreamFacts, string> | null>;
};

export type PoolOptions = {
  readonly size: number;
  readonly startWorker: () => Worker;
  /** A frame takes well under a second; a codec that has lost its way in a damaged stream is ended with its worker. */
  readonly limitMs?: number;
  /** Idle workers are ended after this time, and their wasm memory with them. */
  readonly idleMs?: number;
};

type Answer = Exclude<CodecReply, { readonly kind: 'failed' }>;
type Task = { readonly request: CodecRequest; readonly hasDied?: boolean; readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void };

const LIMIT_MS = 20_000;
const IDLE_MS = 10_000;

/** Decodes JPEG 2000 and HTJ2K and looks through lossless JPEG in workers of our own, one stream at a time in each, in the order they come. */
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
  const dropIdle = (worker: Worker): void => {
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
  };
  const run = (task: Task, worker: Worker): void => {
    const { request, hasDied = false, resolve, reject } = task;
    busy += 1;
    const end = (settle: () => void, isUsable: boolean): void => {
      stopTimer();
      worker.onmessage = null;
      worker.onerror = isUsable ? () => dropIdle(worker) : null;
      if (isUsable) idle.push(worker);
      else worker.terminate();
      busy -= 1;
      settle();
      next();
    };
    const stopTimer = afterAwakeTime(limitMs, () => end(() => reject(new Error(`No picture within ${limitMs} ms.`)), false));
    worker.onmessage = ({ data }: MessageEvent<CodecReply>) => {
      // After a failure the wasm memory is in an unknown state: another worker goes on.
      if (data.kind === 'failed') end(() => reject(new Error(data.message)), false);
      else end(() => resolve(data), true);
    };
    // Not the stream's fault, unless it happens again.
    worker.onerror = (event) => end(() => hasDied ? reject(new Error(event.message)) : waiting.unshift({ ...task, hasDied: true }), false);
    // Copied, not transferred: a worker that dies takes the stream with it.
    worker.postMessage(request);
  };
  const ask = (request: CodecRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      next();
    });
  return {
    async decode(stream) {
      const answer = await ask({ kind: 'decode', stream });
      if (answer.kind !== 'done') throw new Error('The codec worker answered something else.');
      return answer.values;
    },
    async read(stream, transferSyntaxUid) {
      const answer = await ask({ kind: 'read', stream, transferSyntaxUid });
      if (answer.kind !== 'read') throw new Error('The codec worker answered something else.');
      return answer.facts;
    },
  };
}

export function startCodecWorker(): Worker {
  return watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'codec' }));
}
