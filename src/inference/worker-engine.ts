import type { ModelManifest } from '#src/core/model/manifest.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { SerialQueue } from '#src/lib/serial-queue.ts';
import type { BackendMemory } from './backend-memory.ts';
import { chooseBackend, type AdapterFacts, type Backend, type BackendDecision } from './choose-backend.ts';
import {
  cancelled,
  type AnalysisJob,
  type AnalysisOutput,
  type EngineStatus,
  type FallbackEvent,
  type InferenceEngine,
  type InferenceProblem,
  type InferenceProblemCode,
  type ModelSource,
} from './engine.ts';
import type { ModelFiles } from './load-model.ts';
import { ModelWorker } from './model-worker.ts';
import type { OrtBuild } from './ort-build.ts';
import { readGoldenPatches, type SelfTestReport } from './self-test.ts';
import { runGoldenCases, runTrial, type RunPatch } from './trial.ts';
import { verifyFile } from './verify-file.ts';
import type { WorkerPort } from './worker-link.ts';

/*
 * The engine behind a worker. Owns the workers and the choice of backend. Everything that uses the current worker goes
 * through one queue, because onnxruntime-web fails on concurrent runs. A trial of WebGPU has its own worker and touches
 * the queue only to time WASM and to take over.
 */

/** A remembered WebGPU that has not started by then is left for WASM: somebody waits for it. */
const REMEMBERED_START_LIMIT_MS = 15_000;
/** Nobody waits for a trial or for tests that force WebGPU; the limit only ends what hangs. */
const PATIENT_START_LIMIT_MS = 120_000;

/** Problems that may be the GPU's or its driver's; the others would be the same on WASM. */
const WEBGPU_FAULTS: ReadonlySet<InferenceProblemCode> = new Set([
  'session-failed', 'run-failed', 'worker-crashed', 'device-lost', 'timed-out',
] as const);

export type EngineParts = {
  readonly createWorker: () => WorkerPort;
  readonly readModel: (source: ModelSource) => Promise<Result<ModelFiles, InferenceProblem>>;
  readonly probeAdapter: () => Promise<AdapterFacts | null>;
  /** This machine's build of the runtime. */
  readonly readBuild: () => Promise<OrtBuild>;
  readonly memory: BackendMemory;
  readonly forced: Backend | null;
};

type LoadedModel = {
  readonly files: ModelFiles;
  readonly adapter: AdapterFacts | null;
  build: OrtBuild;
  decision: BackendDecision;
};

export class WorkerEngine implements InferenceEngine {
  private readonly parts: EngineParts;
  private readonly queue = new SerialQueue();
  private readonly listeners = new Set<() => void>();
  private readonly fallbackListeners = new Set<(event: FallbackEvent) => void>();
  private readonly disposal = new AbortController();
  private status: EngineStatus = { state: 'empty' };
  private model: LoadedModel | null = null;
  private worker: ModelWorker | null = null;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  async load(source: ModelSource): Promise<Result<ModelManifest, InferenceProblem>> {
    const files = await this.readVerified(source);
    if (files.ok) return this.queue.add(() => this.replaceModel(files.value));
    if (this.model === null) this.setStatus({ state: 'failed', problem: files.error });
    return files;
  }

  analyse(job: AnalysisJob, signal: AbortSignal): Promise<Result<AnalysisOutput, InferenceProblem>> {
    return this.enqueue(signal, async (worker) => {
      const result = await worker.analyse(job, signal);
      if (!result.ok) return result;
      if (worker.backend === 'webgpu' && !isFiniteThroughout(result.value)) {
        return fail({ code: 'run-failed', sentence: 'WebGPU gave a result that is no number.' });
      }
      this.startTrial();
      return result;
    });
  }

  selfTest(signal: AbortSignal): Promise<Result<SelfTestReport, InferenceProblem>> {
    return this.enqueue(signal, async (worker, { files: { manifest, golden } }) => {
      const patches = readGoldenPatches(golden, manifest);
      const result = await runGoldenCases(manifest, patches, (patch) => worker.runPatch(patch, signal));
      if (!result.ok) return result;
      return ok({
        ...result.value,
        passed: result.value.checks.every((check) => check.passed),
        tolerance: manifest.golden.tolerance,
        cases: patches.length,
        backend: worker.backend,
      });
    });
  }

  getStatus(): EngineStatus {
    return this.status;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onFallback(listener: (event: FallbackEvent) => void): () => void {
    this.fallbackListeners.add(listener);
    return () => this.fallbackListeners.delete(listener);
  }

  dispose(): void {
    this.disposal.abort();
    this.worker?.close();
    this.listeners.clear();
    this.fallbackListeners.clear();
  }

  /** The model's own bytes are verified in the worker that will read them (worker/ort-session.ts). */
  private async readVerified(source: ModelSource): Promise<Result<ModelFiles, InferenceProblem>> {
    const files = await this.parts.readModel(source);
    if (!files.ok) return files;
    const verified = await verifyFile(files.value.golden, files.value.manifest.golden.file);
    return verified.ok ? files : verified;
  }

  private async replaceModel(files: ModelFiles): Promise<Result<ModelManifest, InferenceProblem>> {
    const { forced, memory, probeAdapter, readBuild } = this.parts;
    const before = { model: this.model, worker: this.worker, status: this.status };
    const adapter = forced === 'wasm' ? null : await probeAdapter();
    const remembered = adapter === null ? null : memory.read(adapter.id, files.manifest.file.sha256);
    this.model = { files, adapter, build: await readBuild(), decision: chooseBackend({ forced, adapter, remembered, trial: null }) };
    this.worker = null;
    const started = await this.ensureWorker(this.model);
    if (started.ok) {
      before.worker?.close();
      return ok(files.manifest);
    }
    this.model = before.model;
    this.worker = before.worker;
    if (before.model !== null) this.setStatus(before.status);
    return started;
  }

  /** Runs the task with the current worker, alone. If WebGPU is at fault it runs once more, on WASM. */
  private enqueue<T>(
    signal: AbortSignal,
    task: (worker: ModelWorker, model: LoadedModel) => Promise<Result<T, InferenceProblem>>,
  ): Promise<Result<T, InferenceProblem>> {
    const run = async (): Promise<Result<T, InferenceProblem>> => {
      if (signal.aborted || this.disposal.signal.aborted) return cancelled();
      const { model } = this;
      if (model === null) return fail({ code: 'no-model', sentence: 'No model is loaded.' });
      const worker = await this.ensureWorker(model);
      if (!worker.ok) return worker;
      if (signal.aborted) return cancelled();
      const result = await task(worker.value, model);
      if (result.ok || !isWebgpuFault(worker.value.backend, result.error)) return result;
      this.fallBack(model, result.error);
      return run();
    };
    return untilAborted(signal, this.queue.add(run));
  }

  /** The worker in use; starts one where there is none, or none alive. Called in the queue only. */
  private async ensureWorker(model: LoadedModel): Promise<Result<ModelWorker, InferenceProblem>> {
    const death = this.worker?.death ?? null;
    if (this.worker !== null && death === null) return ok(this.worker);
    if (death !== null && isWebgpuFault(model.decision.backend, death)) this.fallBack(model, death);

    const { backend, reason } = model.decision;
    this.setStatus({ state: 'starting', backend, reason });
    const started = await this.startWorker(model, backend, this.parts.forced === null ? REMEMBERED_START_LIMIT_MS : PATIENT_START_LIMIT_MS);
    if (started.ok) {
      this.worker = started.value;
      this.publishWorker(model, started.value);
      return started;
    }
    if (isWebgpuFault(backend, started.error)) {
      this.fallBack(model, started.error);
      return this.ensureWorker(model);
    }
    if (model.build !== 'plain' && started.error.code === 'session-failed') {
      // A build with WebGPU that does not even run WASM here: the plain one is a second download, and the last thing to try.
      model.build = 'plain';
      model.decision = { ...model.decision, reason: 'WASM: the runtime with WebGPU does not start on this machine.', wantsTrial: false, isMeasured: false };
      return this.ensureWorker(model);
    }
    if (!this.disposal.signal.aborted) this.setStatus({ state: 'failed', problem: started.error });
    return started;
  }

  /** WASM starts without a limit: there is nothing left to fall back to, and a slow network is no fault. */
  private async startWorker(model: LoadedModel, backend: Backend, webgpuLimitMs: number): Promise<Result<ModelWorker, InferenceProblem>> {
    const { signal } = this.disposal;
    const limit = backend === 'webgpu' ? { timeoutMs: webgpuLimitMs } : {};
    const start = () => ModelWorker.start(this.parts.createWorker(), model.files, backend, model.build, { signal, ...limit });
    const first = await start();
    // Nothing would start it again; WebGPU has WASM to fall back to.
    return !first.ok && first.error.code === 'worker-crashed' && backend === 'wasm' ? start() : first;
  }

  private fallBack(model: LoadedModel, problem: InferenceProblem): void {
    this.worker?.close();
    this.worker = null;
    const name = model.adapter?.id ?? 'unnamed adapter';
    const reason = `WASM: WebGPU (${name}) stopped working on this page (${problem.sentence.replace(/\.$/, '')}).`;
    model.decision = { backend: 'wasm', reason, wantsTrial: false, isMeasured: false };
    // A lost device is often a passing thing: the next visit measures again instead of trusting either way.
    if (model.adapter !== null) this.parts.memory.forget(model.adapter.id, model.files.manifest.file.sha256);
    const sentence = `WebGPU stopped working (${problem.sentence.replace(/\.$/, '')}), so levels are analysed with WASM from now on.`;
    for (const listener of this.fallbackListeners) listener({ type: 'fallback', sentence });
  }

  /** After the first result, so that it never waits: does WebGPU do better here? */
  private startTrial(): void {
    const { model } = this;
    if (model === null || model.adapter === null || !model.decision.wantsTrial) return;
    model.decision = { ...model.decision, wantsTrial: false };
    void this.tryWebgpu(model, model.adapter);
  }

  private async tryWebgpu(model: LoadedModel, adapter: AdapterFacts): Promise<void> {
    const { manifest, golden } = model.files;
    const started = await this.startWorker(model, 'webgpu', PATIENT_START_LIMIT_MS);
    // Through the queue, one run at a time, so that the reader's picks go in between.
    const runWasm: RunPatch = (patch) =>
      this.queue.add(async () => {
        if (this.model !== model) return cancelled();
        const worker = await this.ensureWorker(model);
        return worker.ok ? worker.value.runPatch(patch) : worker;
      });
    const trial = started.ok
      ? await runTrial(manifest, readGoldenPatches(golden, manifest), (patch) => started.value.runPatch(patch), runWasm)
      : ({ state: 'failed', stage: 'start', why: started.error.detail ?? started.error.sentence } as const);

    await this.queue.add(async () => {
      const isStale = this.model !== model || this.disposal.signal.aborted;
      const decision = trial === null || isStale ? null : chooseBackend({ forced: null, adapter, remembered: null, trial });
      if (started.ok && decision?.backend !== 'webgpu') started.value.close();
      if (decision === null) return;
      model.decision = decision;
      if (decision.isMeasured) this.parts.memory.write(adapter.id, manifest.file.sha256, decision);
      if (started.ok && decision.backend === 'webgpu') {
        this.worker?.close();
        this.worker = started.value;
      }
      if (this.worker !== null) this.publishWorker(model, this.worker);
    });
  }

  private publishWorker(model: LoadedModel, { backend, threads, startMs }: ModelWorker): void {
    this.setStatus({ state: 'ready', backend, reason: model.decision.reason, threads, startMs });
  }

  private setStatus(status: EngineStatus): void {
    this.status = status;
    for (const listener of this.listeners) listener();
  }
}

function isWebgpuFault(backend: Backend, problem: InferenceProblem): boolean {
  return backend === 'webgpu' && WEBGPU_FAULTS.has(problem.code);
}

function isFiniteThroughout({ outputs }: AnalysisOutput): boolean {
  return Object.values(outputs).every((values) => values.every((value) => Number.isFinite(value)));
}

/** The promise's result, or `cancelled` as soon as the signal says so; the work itself ends by its own check. */
async function untilAborted<T>(
  signal: AbortSignal,
  work: Promise<Result<T, InferenceProblem>>,
): Promise<Result<T, InferenceProblem>> {
  let abort = (): void => undefined;
  const aborted = new Promise<Result<never, InferenceProblem>>((resolve) => {
    abort = () => resolve(cancelled());
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
