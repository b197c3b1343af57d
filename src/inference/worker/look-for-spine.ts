import { planCoarseGrid, sampleCoarseGrid } from '#src/core/spine/coarse-grid.ts';
import { findSpine } from '#src/core/spine/find-spine.ts';
import type { SourceBlock } from '#src/core/volume/volume-source.ts';
import { ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from '../engine.ts';
import type { SpineAnswers } from '../spine-messages.ts';
import type { SpineSession } from './spine-session.ts';

/** Reduced scan → chain of vertebrae: sample, run, read. A scan of air has none. */
export async function lookForSpine(session: Pick<SpineSession, 'manifest' | 'run'>, scan: SourceBlock): Promise<Result<SpineAnswers['find-spine'], InferenceProblem>> {
  const { input, levels, outputs } = session.manifest;
  const grid = planCoarseGrid(scan, input.volume);
  if (grid === null) return ok({ found: [], networkMs: 0 });
  const values = sampleCoarseGrid(scan, grid, input.volume);
  const started = performance.now();
  const answer = await session.run(values, grid.sizeZyx);
  if (!answer.ok) return answer;
  const networkMs = performance.now() - started;
  return ok({ found: findSpine(answer.value, grid, levels, outputs.levels.stride), networkMs });
}
