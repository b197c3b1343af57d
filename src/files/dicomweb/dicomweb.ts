import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import { inAnotherWorkerToo, WorkerDied } from '#src/lib/browser/worker-death.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { readDeployment, type OfferedServer } from '../deployment.ts';
import type { OpenProgress } from '../file-entry.ts';
import type { LinkedFiles } from '../read-url.ts';
import { describeDicomWebFault, type DicomWebFault } from './faults.ts';
import type { FoundSeries, SeriesAddress, ServerAccess, StudyPage, StudyQuery } from './found.ts';
import type { DicomWebAnswers, DicomWebReply, DicomWebRequest, DicomWebTask } from './messages.ts';
import { dicomWebOrigins, isUid, resolveRoot } from './server-address.ts';

type Task = { readonly signal: AbortSignal };
type Answer<T> = Promise<Result<T, string>>;

/**
 * Searching and fetching from DICOMweb servers: the page's own origin and those that deployment.json names, nothing else.
 * What fails is told in one sentence; promises reject with the signal's reason when aborted, and on bugs. Where the worker of a task dies, all of the
 * task is asked for once more.
 */
export type DicomWeb = {
  readonly offeredServers: (signal: AbortSignal) => Promise<readonly OfferedServer[]>;
  readonly searchStudies: (access: ServerAccess, query: StudyQuery, task: Task) => Answer<StudyPage>;
  readonly searchSeries: (access: ServerAccess, studyInstanceUid: string, task: Task) => Answer<readonly FoundSeries[]>;
  readonly fetchSeries: (access: ServerAccess, series: SeriesAddress, task: Task & { readonly onProgress: (progress: OpenProgress) => void }) => Promise<LinkedFiles>;
};

/** @param baseUrl folder of the page, absolute, with a slash at its end */
export function createDicomWeb(baseUrl: string): DicomWeb {
  async function run<K extends keyof DicomWebAnswers>(access: ServerAccess, task: DicomWebTask & { readonly kind: K }, signal: AbortSignal, onProgress?: (progress: OpenProgress) => void): Promise<Result<DicomWebAnswers[K], DicomWebFault>> {
    const token = access.token.trim();
    // RFC 6750 section 2.1; anything else could not be sent in a header.
    if (!/^[\w~+/.-]*=*$/.test(token)) return fail({ code: 'dicomweb-token', what: '' });
    const allowedOrigins = dicomWebOrigins(await readDeployment(baseUrl, signal), baseUrl);
    const root = resolveRoot(access.root, baseUrl, allowedOrigins);
    if (!root.ok) return root;
    return inAnotherWorkerToo(() => runInWorker<K>({ access: { root: root.value, token }, allowedOrigins, task }, signal, onProgress));
  }

  return {
    offeredServers: async (signal) => (await readDeployment(baseUrl, signal)).dicomWeb,
    searchStudies: async (access, query, { signal }) => inWords(await run(access, { kind: 'studies', query }, signal)),
    searchSeries: async (access, studyInstanceUid, { signal }) => inWords(await run(access, { kind: 'series', studyInstanceUid }, signal)),
    async fetchSeries(access, series, { signal, onProgress }) {
      const wrong = !isUid(series.studyInstanceUid) ? 'study UID' : !isUid(series.seriesInstanceUid) ? 'series UID' : null;
      if (wrong !== null) return { entries: [], problems: [describeDicomWebFault({ code: 'dicomweb-link', what: wrong })] };
      const fetched = await run(access, { kind: 'images', series }, signal, onProgress);
      if (!fetched.ok) return { entries: [], problems: [describeDicomWebFault(fetched.error)] };
      const { files, missing } = fetched.value;
      return { entries: files.map((blob) => ({ name: blob.name, blob })), problems: missing === null ? [] : [describeDicomWebFault(missing)] };
    },
  };
}

function inWords<T>(result: Result<T, DicomWebFault>): Result<T, string> {
  return result.ok ? ok(result.value) : fail(describeDicomWebFault(result.error).sentence);
}

/** One worker a task; cancelling ends it, and with it all its requests. Rejects with WorkerDied where the browser ends it. */
async function runInWorker<K extends keyof DicomWebAnswers>(request: DicomWebRequest, signal: AbortSignal, onProgress?: (progress: OpenProgress) => void): Promise<Result<DicomWebAnswers[K], DicomWebFault>> {
  signal.throwIfAborted();
  const worker = watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'dicomweb' }));
  let cancel: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      cancel = () => reject(signal.reason);
      signal.addEventListener('abort', cancel, { once: true });
      worker.onmessage = (event: MessageEvent<DicomWebReply>) => {
        const reply = event.data;
        if (reply.kind === 'progress') onProgress?.(reply.progress);
        // The answer is the one of the task that was sent.
        else if (reply.kind === 'done') resolve(ok(reply.answer as DicomWebAnswers[K]));
        else if (reply.kind === 'refused') resolve(fail(reply.fault));
        else reject(new Error(`Asking the server failed: ${reply.message}`, { cause: reply.stack }));
      };
      worker.onerror = (event) => reject(new WorkerDied(`The DICOMweb worker ended or did not start: ${event.message}`));
      worker.postMessage(request);
    });
  } finally {
    if (cancel !== undefined) signal.removeEventListener('abort', cancel);
    worker.terminate();
  }
}
