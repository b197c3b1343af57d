import '#src/lib/browser/allow-own-scripts.ts';
import '#src/lib/browser/hold-life-lock.ts';
import { ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from '../engine.ts';
import type { FromWorker, ToWorker, WorkerAnswer, WorkerRequest } from '../messages.ts';
import { openSession, type PatchSession } from './ort-session.ts';
import { analyseBlock, noModel, runGoldenPatch } from './run-request.ts';

let session: PatchSession | null = null;

async function answer(request: WorkerRequest): Promise<Result<WorkerAnswer, InferenceProblem>> {
  if (request.type === 'load') {
    const opened = await openSession(request, (why) => send({ type: 'device-lost', why }));
    if (!opened.ok) return opened;
    session = opened.value;
    return ok({ threads: session.threads, startMs: session.startMs });
  }
  if (session === null) return noModel();
  return request.type === 'analyse' ? analyseBlock(session, request) : runGoldenPatch(session, request);
}

function send(message: FromWorker, transfer: Transferable[] = []): void {
  globalThis.postMessage(message, { transfer });
}

function reply(id: number, result: Result<WorkerAnswer, InferenceProblem>): void {
  const outputs = result.ok && 'outputs' in result.value ? Object.values(result.value.outputs) : [];
  send({ type: 'answer', id, result }, outputs.map(({ buffer }) => buffer as ArrayBuffer));
}

globalThis.addEventListener('message', ({ data: { id, request } }: MessageEvent<ToWorker>) => {
  // A rejection is a bug. Reported like this it reaches the page as the worker's error; otherwise the page would wait for ever.
  answer(request).then((result) => reply(id, result)).catch(reportError);
});
