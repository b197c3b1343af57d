import { ok, type Result } from '#src/lib/result.ts';
import type { Backend } from './choose-backend.ts';
import type { AnalysisJob, AnalysisOutput, InferenceProblem } from './engine.ts';
import type { ModelFiles } from './load-model.ts';
import type { PatchRequest, WorkerAnswers } from './messages.ts';
import type { OrtBuild } from './ort-build.ts';
import { WorkerLink, type AskOptions, type WorkerPort } from './worker-link.ts';

/**
 * A run on a GPU that takes longer than this hangs or is of no use: WASM needs well under a second. Forced software
 * WebGPU in tests needs several.
 */
const WEBGPU_RUN_LIMIT_MS = 60_000;

/**
 * An aborted run that ends within this is let end: it costs less than another worker, whose start takes 0.3 to 1 s
 * (measured on 2 cores). A pick that is nudged aborts a run with every step.
 */
const ABORT_GRACE_MS = 500;

/** A worker with a model in it, on one backend. */
export class ModelWorker {
  readonly backend: Backend;
  readonly threads: number;
  readonly startMs: number;
  private readonly link: WorkerLink;
  private readonly files: ModelFiles;

  private constructor(link: WorkerLink, files: ModelFiles, backend: Backend, { threads, startMs }: WorkerAnswers['load']) {
    this.link = link;
    this.files = files;
    this.backend = backend;
    this.threads = threads;
    this.startMs = startMs;
  }

  /**
   * Starts a worker and loads the model into it. On failure no worker is left running.
   * @param options.timeoutMs limit for fetching the runtime and creating the session
   */
  static async start(
    worker: WorkerPort,
    files: ModelFiles,
    backend: Backend,
    build: OrtBuild,
    options: { readonly timeoutMs?: number; readonly signal: AbortSignal },
  ): Promise<Result<ModelWorker, InferenceProblem>> {
    const { timeoutMs, signal } = options;
    const link = new WorkerLink(worker);
    const loaded = await link.ask(
      { type: 'load', backend, build, manifest: files.manifest, model: files.model },
      { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    );
    if (loaded.ok) return ok(new ModelWorker(link, files, backend, loaded.value));
    link.close();
    return loaded;
  }

  /** Why it is dead (crashed, hung, device lost, aborted or closed); null while it lives. */
  get death(): InferenceProblem | null {
    return this.link.death;
  }

  async analyse({ block, centreLps, facts }: AnalysisJob, signal: AbortSignal): Promise<Result<AnalysisOutput, InferenceProblem>> {
    // WASM is the last resort and takes the block away; WebGPU copies it, so that WASM can still answer if the GPU fails.
    const transfer = this.backend === 'wasm' ? [block.valuesHu.buffer] : [];
    const answer = await this.link.ask({ type: 'analyse', block, centreLps, facts }, { transfer, signal, ...this.limits() });
    if (!answer.ok) return answer;
    const { outputs, outsideFraction, elapsedMs } = answer.value;
    const { id, file } = this.files.manifest;
    return ok({ outputs, outsideFraction, run: { backend: this.backend, elapsedMs, modelId: id, modelSha256: file.sha256 } });
  }

  runPatch(patch: Omit<PatchRequest, 'type'>, signal?: AbortSignal): Promise<Result<WorkerAnswers['patch'], InferenceProblem>> {
    return this.link.ask({ type: 'patch', ...patch }, { ...(signal ? { signal } : {}), ...this.limits() });
  }

  close(): void {
    this.link.close();
  }

  private limits(): Pick<AskOptions, 'timeoutMs' | 'abortGraceMs'> {
    const limits = [...(this.backend === 'webgpu' ? [WEBGPU_RUN_LIMIT_MS] : []), ...(this.files.runLimitMs === undefined ? [] : [this.files.runLimitMs])];
    return { abortGraceMs: ABORT_GRACE_MS, ...(limits.length === 0 ? {} : { timeoutMs: Math.min(...limits) }) };
  }
}
