import type { InferenceSession } from 'onnxruntime-web/wasm';
import type { SpineOutputs } from '#src/core/spine/find-spine.ts';
import type { SpineManifest } from '#src/core/spine/spine-manifest.ts';
import { keepTile, planTiles } from '#src/core/spine/tiles.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from '../engine.ts';
import type { LoadSpineRequest } from '../spine-messages.ts';
import { verifyFile } from '../verify-file.ts';
import { countThreads, loadOrt } from './ort-files.ts';

/** The spine network, ready to run. WASM always: one run for a scan is not worth a shader compilation. */
export type SpineSession = {
  readonly manifest: SpineManifest;
  readonly threads: number;
  readonly startMs: number;
  /** @param values normalised, D·H·W in the order z, y, x; sizes are multiples of what the manifest says */
  run(values: Float32Array, sizeZyx: readonly [number, number, number]): Promise<Result<SpineOutputs, InferenceProblem>>;
};

type Ort = Awaited<ReturnType<typeof loadOrt>>;
type Run = (values: Float32Array, sizeZyx: readonly [number, number, number]) => Promise<SpineOutputs>;

export async function openSpineSession({ build, manifest, model }: LoadSpineRequest): Promise<Result<SpineSession, InferenceProblem>> {
  const started = performance.now();
  const verified = await verifyFile(model, manifest.file);
  if (!verified.ok) return verified;
  const threads = countThreads(crossOriginIsolated, navigator.hardwareConcurrency);
  try {
    const ort = await loadOrt(build, threads);
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], logSeverityLevel: 3 });
    const missing = missingName(session, manifest);
    if (missing !== null) {
      await session.release();
      return fail({ code: 'model-mismatch', sentence: `The spine network was refused: it has no ${missing}, which its manifest names.` });
    }
    const runOnce: Run = (values, sizeZyx) => runTile(ort, session, manifest, values, sizeZyx);
    return ok({ manifest, threads, startMs: performance.now() - started, run: (values, sizeZyx) => runInTiles(runOnce, manifest, values, sizeZyx) });
  } catch (error) {
    return fail({ code: 'session-failed', sentence: 'The spine network could not be started on this machine.', detail: String(error) });
  }
}

function missingName({ inputNames, outputNames }: InferenceSession, { input, outputs }: SpineManifest): string | null {
  if (!inputNames.includes(input.volume.name)) return `input ${input.volume.name}`;
  const output = Object.keys(outputs).find((name) => !outputNames.includes(name));
  return output === undefined ? null : `output ${output}`;
}

async function runInTiles(run: Run, manifest: SpineManifest, values: Float32Array, sizeZyx: readonly [number, number, number]): Promise<Result<SpineOutputs, InferenceProblem>> {
  const [depth, height, width] = sizeZyx;
  const { stride } = manifest.outputs.levels;
  const cells = depth * height * width;
  const whole: SpineOutputs = {
    heatmap: new Float32Array(cells),
    levels: new Float32Array((manifest.levels.length * cells) / stride ** 3),
  };
  try {
    for (const tile of planTiles(depth)) {
      const part = await run(values.subarray(tile.from * height * width, tile.to * height * width), [tile.to - tile.from, height, width]);
      keepTile(whole.heatmap, part.heatmap, 1, 1, sizeZyx, tile);
      keepTile(whole.levels, part.levels, manifest.levels.length, stride, sizeZyx, tile);
    }
    return ok(whole);
  } catch (error) {
    return fail({ code: 'run-failed', sentence: 'The spine network failed on this scan.', detail: String(error) });
  }
}

async function runTile(ort: Ort, session: InferenceSession, { input }: SpineManifest, values: Float32Array, sizeZyx: readonly [number, number, number]): Promise<SpineOutputs> {
  const volume = new ort.Tensor('float32', values, [1, 1, ...sizeZyx]);
  const results = await session.run({ [input.volume.name]: volume });
  const take = (name: string): Float32Array => Float32Array.from(results[name]?.data as Float32Array);
  try {
    return { heatmap: take('heatmap'), levels: take('levels') };
  } finally {
    for (const tensor of [volume, ...Object.values(results)]) tensor.dispose();
  }
}
