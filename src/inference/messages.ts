import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { AcquisitionInput } from '#src/core/model/acquisition.ts';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import type { RawOutputs } from '#src/core/model/shapes.ts';
import type { SourceBlock } from '#src/core/volume/volume-source.ts';
import type { Result } from '#src/lib/result.ts';
import type { Backend } from './choose-backend.ts';
import type { InferenceProblem } from './engine.ts';
import type { OrtBuild } from './ort-build.ts';

/* Everything that crosses between the page and the inference worker. One request is under way at a time. */

export type LoadRequest = {
  readonly type: 'load';
  readonly backend: Backend;
  readonly build: OrtBuild;
  readonly manifest: ModelManifest;
  readonly model: ArrayBuffer;
};

export type AnalyseRequest = {
  readonly type: 'analyse';
  readonly block: SourceBlock;
  readonly centreLps: WorldPoint;
  readonly facts: AcquisitionInput;
};

/** A golden patch: resampled and clipped HU in the order z, y, x, not yet normalised. */
export type PatchRequest = {
  readonly type: 'patch';
  readonly valuesHu: Int16Array<ArrayBuffer>;
  readonly acquisition: readonly number[];
};

export type WorkerRequest = LoadRequest | AnalyseRequest | PatchRequest;

/** Times in ms, measured in the worker. */
export type WorkerAnswers = {
  load: { readonly threads: number; readonly startMs: number };
  analyse: { readonly outputs: RawOutputs; readonly outsideFraction: number; readonly elapsedMs: number };
  patch: { readonly outputs: RawOutputs; readonly elapsedMs: number };
};

export type WorkerAnswer = WorkerAnswers[keyof WorkerAnswers];

export type ToWorker = { readonly id: number; readonly request: WorkerRequest };

export type FromWorker =
  | { readonly type: 'answer'; readonly id: number; readonly result: Result<WorkerAnswer, InferenceProblem> }
  | { readonly type: 'device-lost'; readonly why: string };
