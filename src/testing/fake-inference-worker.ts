import { ok, type Result } from '#src/lib/result.ts';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { OUTPUT_NAMES, type RawOutputs } from '#src/core/model/shapes.ts';
import type { Backend } from '#src/inference/choose-backend.ts';
import type { InferenceProblem } from '#src/inference/engine.ts';
import type { FromWorker, ToWorker, WorkerAnswer, WorkerRequest } from '#src/inference/messages.ts';
import type { WorkerPort } from '#src/inference/worker-link.ts';

/** What a fake worker does with a request: its answer, or nothing at all. */
export type Behaviour = (request: WorkerRequest, worker: FakeInferenceWorker) => Result<WorkerAnswer, InferenceProblem> | 'hang';

/** The inference worker's side of the messages without a runtime. Buffers are really transferred, answers really late. */
export class FakeInferenceWorker implements WorkerPort {
  readonly requests: WorkerRequest[] = [];
  backend: Backend | null = null;
  isTerminated = false;
  /** Most requests that ever waited for an answer together. */
  mostWaiting = 0;
  private waiting = 0;
  private readonly behave: Behaviour;
  private readonly target = new EventTarget();

  constructor(behave: Behaviour) {
    this.behave = behave;
  }

  addEventListener: WorkerPort['addEventListener'] = (type: string, listener: EventListenerOrEventListenerObject) => {
    this.target.addEventListener(type, listener);
  };

  postMessage(message: ToWorker, transfer?: Transferable[] | StructuredSerializeOptions): void {
    const { id, request } = structuredClone(message, { transfer: Array.isArray(transfer) ? transfer : [] });
    this.requests.push(request);
    this.waiting += 1;
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
    if (request.type === 'load') this.backend = request.backend;
    setTimeout(() => {
      const result = this.behave(request, this);
      if (result === 'hang') return;
      this.waiting -= 1;
      this.send({ type: 'answer', id, result });
    }, 1);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  send(data: FromWorker): void {
    if (!this.isTerminated) this.target.dispatchEvent(new MessageEvent('message', { data }));
  }

  crash(message: string): void {
    this.target.dispatchEvent(Object.assign(new Event('error'), { message }));
  }
}

/** A worker that gives the manifest's first golden outputs for everything. */
export function answerWithGolden(manifest: ModelManifest, elapsedMs = 20): Behaviour {
  return (request) => {
    if (request.type === 'load') return ok({ threads: request.backend === 'wasm' ? 2 : 1, startMs: 300 });
    const outputs = goldenOutputs(manifest);
    return request.type === 'patch' ? ok({ outputs, elapsedMs }) : ok({ outputs, outsideFraction: 0.125, elapsedMs });
  };
}

export function goldenOutputs(manifest: ModelManifest): RawOutputs {
  const [first] = manifest.golden.cases;
  if (!first) throw new Error('A manifest has at least one golden case.');
  return Object.fromEntries(OUTPUT_NAMES.map((name) => [name, Float32Array.from(first.outputs[name])])) as RawOutputs;
}
