import type { AcquisitionFacts } from '#src/core/dicom/series.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { measureRoi } from '#src/core/measure/roi.ts';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { decodeOutputs } from '#src/core/results/decode-output.ts';
import { findWarnings } from '#src/core/results/gates.ts';
import type { LevelResult, NetworkEstimate, RunFacts } from '#src/core/results/level-result.ts';
import { cropForPatch } from '#src/core/volume/crop-block.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceEngine } from '#src/inference/index.ts';

export type LevelJob = {
  readonly volume: VolumeSource;
  readonly facts: AcquisitionFacts;
  readonly pick: LevelPick;
  /** The scan was tilted, and its slices were shifted onto the grid. */
  readonly isTiltResampled: boolean;
  /** Every second slice was left out for want of memory. */
  readonly isEverySecondSlice: boolean;
  /** Of the snap that placed the pick; null where the reader or a file placed it. */
  readonly snapConfidence: number | null;
  readonly engine: InferenceEngine;
  /** Null when no model could be loaded: the level is measured all the same. */
  readonly manifest: ModelManifest | null;
};

type Estimated = Result<{ readonly network: NetworkEstimate; readonly run: RunFacts }, { readonly code: string; readonly sentence: string }>;

/** Measurement and network on one picked level: measure, crop, run, decode, doubt. Rejects when the signal aborts. */
export async function analyseLevel(job: LevelJob, signal: AbortSignal): Promise<LevelResult> {
  const { volume, facts, pick, snapConfidence, isTiltResampled, isEverySecondSlice } = job;
  const measured = measureRoi(volume, pick.centreLps, facts.kvp);
  const estimated = await estimate(job, signal);
  signal.throwIfAborted();
  return {
    level: pick.level,
    measurement: measured.ok ? measured.value : null,
    network: estimated.ok ? estimated.value.network : null,
    run: estimated.ok ? estimated.value.run : null,
    warnings: findWarnings({ volume, facts, pick, snapConfidence, isTiltResampled, isEverySecondSlice, measured, estimated }),
  };
}

async function estimate({ volume, facts, pick, engine, manifest }: LevelJob, signal: AbortSignal): Promise<Estimated> {
  if (!manifest) return fail({ code: 'no-model', sentence: 'There is no estimate because no network could be loaded.' });
  const block = cropForPatch(volume, pick.centreLps, manifest.input.patch);
  const answer = await engine.analyse({ block, centreLps: pick.centreLps, facts }, signal);
  if (!answer.ok) return answer;
  const decoded = decodeOutputs(answer.value.outputs, manifest, answer.value.outsideFraction);
  return decoded.ok ? ok({ network: decoded.value, run: answer.value.run }) : decoded;
}
