import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { AcquisitionInput } from '#src/core/model/acquisition.ts';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import type { RawOutputs } from '#src/core/model/shapes.ts';
import type { RunFacts } from '#src/core/results/level-result.ts';
import type { SourceBlock } from '#src/core/volume/volume-source.ts';
import type { Result } from '#src/lib/result.ts';
import type { Backend } from './choose-backend.ts';
import type { SelfTestReport } from './self-test.ts';

/* What session and tests see of inference: one interface for the worker client and for a fake. */

export type InferenceProblemCode =
  | 'model-unreachable'
  | 'manifest-invalid'
  | 'model-bytes'
  | 'model-hash'
  | 'insecure-page'
  | 'session-failed'
  | 'model-mismatch'
  | 'onnx-unreadable'
  | 'onnx-opset'
  | 'onnx-external-data'
  | 'onnx-operator'
  | 'no-model'
  | 'run-failed'
  | 'worker-crashed'
  | 'device-lost'
  | 'timed-out'
  | 'cancelled'
  | 'model-file-missing'
  | 'model-file-size'
  | 'model-other-kind'
  | 'model-known'
  | 'model-changed'
  | 'no-model-folder'
  | 'golden-wrong'
  | 'model-not-finite'
  | 'model-slow';

/** An expected failure; plain data, so that it crosses the worker's boundary whole. */
export type InferenceProblem = {
  readonly code: InferenceProblemCode;
  /** One plain sentence for the user. */
  readonly sentence: string;
  /** What the library or the browser said, for a bug report. */
  readonly detail?: string;
};

/** One level to analyse. */
export type AnalysisJob = {
  /** Cut with `cropForPatch` for the loaded model's patch. Its buffer is taken: do not use the block afterwards. */
  readonly block: SourceBlock;
  readonly centreLps: WorldPoint;
  readonly facts: AcquisitionInput;
};

export type AnalysisOutput = {
  readonly outputs: RawOutputs;
  /** Share of the patch outside the scan, 0 to 1. */
  readonly outsideFraction: number;
  /** `elapsedMs` is resampling and network together, without waiting. */
  readonly run: RunFacts;
};

/** Where the model stands. `reason` is one sentence that says why this backend runs. */
export type EngineStatus =
  | { readonly state: 'empty' }
  | { readonly state: 'starting'; readonly backend: Backend; readonly reason: string }
  | {
      readonly state: 'ready';
      readonly backend: Backend;
      readonly reason: string;
      readonly threads: number;
      /** Time to fetch and compile the runtime and to create the session. */
      readonly startMs: number;
    }
  | { readonly state: 'failed'; readonly problem: InferenceProblem };

/** Told once, when WebGPU was left for WASM after it had been chosen. */
export type FallbackEvent = { readonly type: 'fallback'; readonly sentence: string };

/** A folder on our own origin (absolute URL that ends in a slash), or the files of a folder that the user gave, by name. */
export type ModelSource =
  | { readonly kind: 'url'; readonly folderUrl: string }
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, Blob> };

export interface InferenceEngine {
  /** Checks and starts a model. A refused one leaves the model before it in place. Reports its failure only here. */
  load(source: ModelSource): Promise<Result<ModelManifest, InferenceProblem>>;
  /** One job at a time, in order. An abort gives `cancelled` at once; a running job is given up. */
  analyse(job: AnalysisJob, signal: AbortSignal): Promise<Result<AnalysisOutput, InferenceProblem>>;
  /** Runs the model's golden patches on this machine's backend and compares with the reference values. */
  selfTest(signal: AbortSignal): Promise<Result<SelfTestReport, InferenceProblem>>;
  /** A snapshot that keeps its identity until the status changes. */
  getStatus(): EngineStatus;
  /** Calls back on every change of status; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  onFallback(listener: (event: FallbackEvent) => void): () => void;
  /** Ends the workers. Jobs that still run are `cancelled`. */
  dispose(): void;
}

export function cancelled(): { readonly ok: false; readonly error: InferenceProblem } {
  return { ok: false, error: { code: 'cancelled', sentence: 'The analysis was cancelled.' } };
}
