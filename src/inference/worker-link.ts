import { afterAwakeTime } from '#src/lib/browser/awake-timer.ts';
import { fail, type Result } from '#src/lib/result.ts';
import { cancelled, type InferenceProblem } from './engine.ts';
import type { WorkerAnswers, WorkerRequest } from './messages.ts';

/** The part of a Worker that is used here, so that tests can stand in for one. */
export type WorkerPort = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;

type Waiting = (result: Result<unknown, InferenceProblem>) => void;

type FromAnyWorker =
  | { readonly type: 'answer'; readonly id: number; readonly result: Result<unknown, InferenceProblem> }
  | { readonly type: 'device-lost'; readonly why: string };

export type AskOptions = {
  readonly transfer?: readonly ArrayBuffer[];
  /** After this the worker is given up. */
  readonly timeoutMs?: number;
  /** Aborting ends the worker, after the grace: nothing else stops a running WASM or GPU job. */
  readonly signal?: AbortSignal;
  readonly abortGraceMs?: number;
};

/**
 * Requests and answers of one worker, those of the analysis unless others are named. Once it has crashed, hung or been closed it is dead
 * and stays so.
 */
export class WorkerLink<Requests extends { readonly type: PropertyKey } = WorkerRequest, Answers = WorkerAnswers> {
  private readonly worker: WorkerPort;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private cause: InferenceProblem | null = null;

  constructor(worker: WorkerPort) {
    this.worker = worker;
    worker.addEventListener('message', (event) => this.receive((event as MessageEvent<FromAnyWorker>).data));
    // A worker whose script cannot be fetched gives a bare Event without a message.
    worker.addEventListener('error', (event) => this.crash((event as Partial<ErrorEvent>).message ?? 'The worker did not start.'));
    worker.addEventListener('messageerror', () => this.crash('A message could not be read.'));
  }

  /** Why the worker is dead; null while it lives. */
  get death(): InferenceProblem | null {
    return this.cause;
  }

  /** Never rejects: a crash, a time-out and a close are answers too. */
  async ask<Request extends Requests>(
    request: Request,
    { transfer = [], timeoutMs, signal, abortGraceMs = 0 }: AskOptions = {},
  ): Promise<Result<Answers[Request['type'] & keyof Answers], InferenceProblem>> {
    if (this.cause !== null) return fail(this.cause);
    if (signal?.aborted) return cancelled();
    const id = this.nextId;
    this.nextId += 1;
    const answer = new Promise<Result<unknown, InferenceProblem>>((resolve) => {
      this.waiting.set(id, resolve);
    });
    const timers: (() => void)[] = [];
    const abort = () => timers.push(afterAwakeTime(abortGraceMs, () => this.close()));
    signal?.addEventListener('abort', abort);
    if (timeoutMs !== undefined) timers.push(afterAwakeTime(timeoutMs, () => this.timeOut(timeoutMs)));
    this.worker.postMessage({ id, request }, [...transfer]);
    try {
      // The worker answers a request with its own kind of answer (worker/entry.ts).
      return (await answer) as Result<Answers[Request['type'] & keyof Answers], InferenceProblem>;
    } finally {
      for (const stop of timers) stop();
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the worker; whatever it was doing is `cancelled`. */
  close(): void {
    this.die(cancelled().error);
  }

  private receive(message: FromAnyWorker): void {
    if (message.type === 'device-lost') {
      this.die({ code: 'device-lost', sentence: 'The browser took the graphics device away.', detail: message.why });
      return;
    }
    this.waiting.get(message.id)?.(message.result);
    this.waiting.delete(message.id);
  }

  private crash(detail: string): void {
    this.die({ code: 'worker-crashed', sentence: 'The analysis stopped unexpectedly; this is often a lack of memory.', detail });
  }

  private timeOut(limitMs: number): void {
    const seconds = Math.round(limitMs / 1000);
    this.die({ code: 'timed-out', sentence: `The analysis gave no answer within ${seconds} s and was ended.` });
  }

  private die(problem: InferenceProblem): void {
    if (this.cause !== null) return;
    this.cause = problem;
    this.worker.terminate();
    for (const resolve of this.waiting.values()) resolve(fail(problem));
    this.waiting.clear();
  }
}
