import type { Series } from '#src/core/dicom/series.ts';
import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import { inAnotherWorkerToo, WorkerDied } from '#src/lib/browser/worker-death.ts';
import type { FileEntry, OpenedFiles, OpenProgress } from './file-entry.ts';
import type { FilesReply, FilesRequest, ReadFiles } from './messages.ts';

export type OpenOptions = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: OpenProgress) => void;
  /** For tests; by default the module worker beside this file. */
  readonly startWorker?: () => Worker;
};

/**
 * Unpacks archives, reads the headers of all files in a worker and groups them into checked series. What is wrong with
 * a file or series is in the result; nothing a user can drop rejects the promise.
 * Cancelling ends the worker and rejects with the signal's reason (an AbortError unless the caller gave another). A worker that dies is
 * replaced once, and the reading begins again.
 */
export function openFiles(entries: readonly FileEntry[], options: OpenOptions = {}): Promise<OpenedFiles> {
  return inAnotherWorkerToo(() => readInWorker(entries, options));
}

async function readInWorker(entries: readonly FileEntry[], { signal, onProgress, startWorker = takeWorker }: OpenOptions): Promise<OpenedFiles> {
  signal?.throwIfAborted();
  const worker = startWorker();
  let cancel: (() => void) | undefined;
  try {
    const { blobs, ...opened } = await new Promise<ReadFiles>((resolve, reject) => {
      cancel = () => reject(signal?.reason);
      signal?.addEventListener('abort', cancel, { once: true });
      worker.onmessage = (event: MessageEvent<FilesReply>) => {
        const reply = event.data;
        if (reply.kind === 'progress') onProgress?.(reply.progress);
        else if (reply.kind === 'done') resolve(reply.result);
        else reject(new Error(`Reading files failed: ${reply.message}`, { cause: reply.stack }));
      };
      worker.onerror = (event) => reject(new WorkerDied(`The file worker ended or did not start: ${event.message}`));
      postInBatches(worker, entries);
    });
    return { ...opened, series: withOwnIds(opened.series), blobOf: (fileId) => blobAt(blobs, fileId) };
  } finally {
    if (cancel !== undefined) signal?.removeEventListener('abort', cancel);
    worker.terminate();
  }
}

let openings = 0;

/** The worker counts the series of one opening: what is remembered of one study must not be taken for another's. */
function withOwnIds(series: readonly Series[]): readonly Series[] {
  openings += 1;
  return series.map((one) => ({ ...one, id: `${openings}.${one.id}`, groupId: `${openings}.${one.groupId}` }));
}

/** Handing over a File takes the browser about a third of a millisecond: so many at once keep a task short. */
const BATCH = 64;

function postInBatches(worker: Worker, entries: readonly FileEntry[], from = 0): void {
  const isLast = from + BATCH >= entries.length;
  worker.postMessage({ entries: entries.slice(from, from + BATCH), isLast } satisfies FilesRequest);
  if (!isLast) setTimeout(() => postInBatches(worker, entries, from + BATCH));
}

let spare: Worker | null = null;

/** Starts the worker of the next opening ahead of time: loading its script takes as long as reading a hundred headers. */
export function prepareOpening(): void {
  spare ??= startFilesWorker();
}

function takeWorker(): Worker {
  const worker = spare ?? startFilesWorker();
  spare = null;
  return worker;
}

function startFilesWorker(): Worker {
  return watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'files' }));
}

function blobAt(blobs: readonly Blob[], fileId: number): Blob {
  const blob = blobs[fileId];
  if (blob === undefined) throw new RangeError(`No file ${fileId} in this opening.`);
  return blob;
}
