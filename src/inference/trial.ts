import type { ModelManifest } from '#src/core/model/manifest.ts';
import { ok, type Result } from '#src/lib/result.ts';
import type { Trial } from './choose-backend.ts';
import type { InferenceProblem } from './engine.ts';
import type { PatchRequest, WorkerAnswers } from './messages.ts';
import { compareWithGolden, type GoldenRun, type OutputCheck } from './self-test.ts';

/** Runs of one backend that are timed after a first one that is not: it compiles shaders and fills caches. */
const TIMED_RUNS = 3;

export type RunPatch = (patch: Omit<PatchRequest, 'type'>) => Promise<Result<WorkerAnswers['patch'], InferenceProblem>>;

function goldenCase(manifest: ModelManifest, patches: readonly Int16Array<ArrayBuffer>[], caseIndex: number): Omit<PatchRequest, 'type'> {
  const valuesHu = patches[caseIndex];
  const reference = manifest.golden.cases[caseIndex];
  if (!valuesHu || !reference) throw new RangeError(`There is no golden case ${caseIndex}.`);
  return { valuesHu, acquisition: reference.acquisition };
}

export type GoldenResult = { readonly checks: readonly OutputCheck[]; readonly meanMs: number };

/** Runs every golden case once; the first problem ends it. */
export async function runGoldenCases(
  manifest: ModelManifest,
  patches: readonly Int16Array<ArrayBuffer>[],
  runPatch: RunPatch,
): Promise<Result<GoldenResult, InferenceProblem>> {
  const runs: GoldenRun[] = [];
  let elapsedMs = 0;
  for (const caseIndex of patches.keys()) {
    const run = await runPatch(goldenCase(manifest, patches, caseIndex));
    if (!run.ok) return run;
    runs.push({ caseIndex, outputs: run.value.outputs });
    elapsedMs += run.value.elapsedMs;
  }
  return ok({ checks: compareWithGolden(manifest, runs), meanMs: elapsedMs / patches.length });
}

/** Best of a few runs of the first golden case, ms. */
async function timeBackend(
  manifest: ModelManifest,
  patches: readonly Int16Array<ArrayBuffer>[],
  runPatch: RunPatch,
): Promise<Result<number, InferenceProblem>> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= TIMED_RUNS; run += 1) {
    const result = await runPatch(goldenCase(manifest, patches, 0));
    if (!result.ok) return result;
    if (run > 0) bestMs = Math.min(bestMs, result.value.elapsedMs);
  }
  return ok(bestMs);
}

/**
 * Is WebGPU right and not slower than WASM on this machine?
 * @param runWasm may wait in the queue of the worker that answers the reader's picks
 * @returns null when WASM itself could not be timed: that says nothing of WebGPU
 */
export async function runTrial(
  manifest: ModelManifest,
  patches: readonly Int16Array<ArrayBuffer>[],
  runWebgpu: RunPatch,
  runWasm: RunPatch,
): Promise<Trial | null> {
  const golden = await runGoldenCases(manifest, patches, runWebgpu);
  if (!golden.ok) return { state: 'failed', stage: 'run', why: golden.error.detail ?? golden.error.sentence };
  const wrong = golden.value.checks.find((check) => !check.passed) ?? null;
  const webgpuMs = await timeBackend(manifest, patches, runWebgpu);
  if (!webgpuMs.ok) return { state: 'failed', stage: 'run', why: webgpuMs.error.detail ?? webgpuMs.error.sentence };
  const wasmMs = await timeBackend(manifest, patches, runWasm);
  if (!wasmMs.ok) return null;
  return { state: 'timed', webgpuMs: webgpuMs.value, wasmMs: wasmMs.value, wrong };
}
