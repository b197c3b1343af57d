import { acquisitionVector } from '#src/core/model/acquisition.ts';
import { normalisePatch } from '#src/core/patch/normalise.ts';
import { placePatch } from '#src/core/patch/patch-grid.ts';
import { resamplePatch } from '#src/core/patch/resample.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from '../engine.ts';
import type { AnalyseRequest, PatchRequest, WorkerAnswers } from '../messages.ts';
import type { PatchSession } from './ort-session.ts';

/** Block of a scan → outputs: resample, normalise, run. */
export async function analyseBlock(
  session: PatchSession,
  { block, centreLps, facts }: AnalyseRequest,
): Promise<Result<WorkerAnswers['analyse'], InferenceProblem>> {
  const started = performance.now();
  const { patch, acquisition } = session.manifest.input;
  const { valuesHu, outsideFraction } = resamplePatch(block, placePatch(block.indexToWorld, centreLps, patch), patch.outsideHu);
  const result = await session.run(normalisePatch(valuesHu, patch), acquisitionVector(facts, acquisition.features));
  if (!result.ok) return result;
  return ok({ outputs: result.value, outsideFraction, elapsedMs: performance.now() - started });
}

/** Golden patch → outputs. The time is the network's alone. */
export async function runGoldenPatch(
  session: PatchSession,
  { valuesHu, acquisition }: PatchRequest,
): Promise<Result<WorkerAnswers['patch'], InferenceProblem>> {
  const patch = normalisePatch(valuesHu, session.manifest.input.patch);
  const started = performance.now();
  const result = await session.run(patch, Float32Array.from(acquisition));
  if (!result.ok) return result;
  return ok({ outputs: result.value, elapsedMs: performance.now() - started });
}

export function noModel(): Result<never, InferenceProblem> {
  return fail({ code: 'no-model', sentence: 'No model is loaded.' });
}
