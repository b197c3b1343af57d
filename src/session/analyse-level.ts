import type { AcquisitionFacts, SliceShear } from '#src/core/dicom/series.ts';
import type { LevelPick } from '#src/core/levels/pick.ts';
import { withDensity, type DensityConversion } from '#src/core/measure/density-reading.ts';
import { boxForRoi } from '#src/core/measure/roi.ts';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { activationMap, type ActivationMap } from '#src/core/results/activation-map.ts';
import { decodeOutputs } from '#src/core/results/decode-output.ts';
import { findWarnings } from '#src/core/results/gates.ts';
import type { LevelResult, NetworkEstimate, RunFacts } from '#src/core/results/level-result.ts';
import { boxForPatch, cropForPatch } from '#src/core/volume/crop-block.ts';
import { isScanned } from '#src/core/volume/tilted-slices.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceEngine } from '#src/inference/index.ts';
import type { Inspect } from './level-inspector.ts';

export type LevelJob = {
  readonly volume: VolumeSource;
  /** Of the header, and of the reader where it is silent. */
  readonly facts: AcquisitionFacts;
  readonly conversion: DensityConversion;
  readonly pick: LevelPick;
  /** Set where the scan was tilted, and its slices were shifted onto the grid. */
  readonly shear: SliceShear | undefined;
  /** Every second slice was left out for want of memory. */
  readonly isEverySecondSlice: boolean;
  /** Of the snap that placed the pick; null where the reader or a file placed it. */
  readonly snapConfidence: number | null;
  readonly inspect: Inspect;
  readonly engine: InferenceEngine;
  /** Null when no model could be loaded: the level is measured all the same. */
  readonly manifest: ModelManifest | null;
};

type Estimated = Result<{ readonly network: NetworkEstimate; readonly run: RunFacts; readonly activation: ActivationMap }, { readonly code: string; readonly sentence: string }>;

/** Measurement and network on one picked level: measure, crop, run, decode, doubt. Rejects when the signal aborts. */
export async function analyseLevel(job: LevelJob, signal: AbortSignal): Promise<LevelResult> {
  const { volume, facts, conversion, pick, inspect, snapConfidence, shear, isEverySecondSlice } = job;
  const [estimated, inspected] = await Promise.all([estimate(job, signal), inspect(volume, pick, facts.kvp, signal)]);
  signal.throwIfAborted();
  const { roi, source, fit } = inspected.choice;
  const { tissues, voxels } = inspected.facts;
  const isMeasurable = shear === undefined || isScanned(boxForRoi(volume, roi), volume.sizeVox, shear);
  const raw = isMeasurable ? inspected.facts.measured : fail(BESIDE_SLICES);
  const measured = raw.ok ? ok(withDensity(raw.value, conversion, tissues.blood?.medianHu ?? null)) : raw;
  return {
    level: pick.level,
    measurement: measured.ok ? measured.value : null,
    roiSource: source,
    fit,
    network: estimated.ok ? estimated.value.network : null,
    run: estimated.ok ? estimated.value.run : null,
    activation: estimated.ok ? estimated.value.activation : null,
    tissues,
    warnings: findWarnings({ voxels, facts, fit, roiSource: source, conversion, tissues, pick, snapConfidence, isTiltResampled: shear !== undefined, isPatchBesideSlices: !isPatchScanned(job), isEverySecondSlice, measured, estimated }),
  };
}

const BESIDE_SLICES = { code: 'roi-outside-scan', sentence: 'The measuring region lies partly beside the slices of the tilted scan, so this level cannot be measured.' } as const;

function isPatchScanned({ volume, pick, shear, manifest }: LevelJob): boolean {
  return shear === undefined || manifest === null || isScanned(boxForPatch(volume, pick.centreLps, manifest.input.patch), volume.sizeVox, shear);
}

/** The network alone at a pick; tried once more where its worker died, which takes the block with it. */
export async function estimate({ volume, facts, pick, engine, manifest }: LevelJob, signal: AbortSignal): Promise<Estimated> {
  if (!manifest) return fail({ code: 'no-model', sentence: 'There is no estimate because no network could be loaded.' });
  const ask = () => engine.analyse({ block: cropForPatch(volume, pick.centreLps, manifest.input.patch), centreLps: pick.centreLps, facts }, signal);
  const first = await ask();
  const answer = !first.ok && first.error.code === 'worker-crashed' ? await ask() : first;
  if (!answer.ok) return answer;
  const decoded = decodeOutputs(answer.value.outputs, manifest, answer.value.outsideFraction);
  return decoded.ok ? ok({ network: decoded.value, run: answer.value.run, activation: activationMap(answer.value.outputs, manifest, pick.centreLps) }) : decoded;
}
