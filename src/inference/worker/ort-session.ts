import type { InferenceSession } from 'onnxruntime-web/wasm';
import { checkGraph } from '#src/core/model/check-graph.ts';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { OUTPUT_NAMES, patchSize, type OutputName, type RawOutputs } from '#src/core/model/shapes.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from '../engine.ts';
import type { LoadRequest } from '../messages.ts';
import { verifyFile } from '../verify-file.ts';
import { countThreads, loadOrt } from './ort-files.ts';

/** A model that is ready to run, one patch at a time. */
export type PatchSession = {
  readonly manifest: ModelManifest;
  readonly threads: number;
  readonly startMs: number;
  /**
   * @param patch normalised, D·H·W values in the order z, y, x
   * @param acquisition K values
   * @returns copies that belong to the caller
   */
  run(patch: Float32Array, acquisition: Float32Array): Promise<Result<RawOutputs, InferenceProblem>>;
};

type Ort = Awaited<ReturnType<typeof loadOrt>>;

/** Checks the model's bytes and graph, and only then loads the runtime and creates the session. */
export async function openSession(
  { backend, build, manifest, model }: LoadRequest,
  onDeviceLost: (why: string) => void,
): Promise<Result<PatchSession, InferenceProblem>> {
  const started = performance.now();
  const verified = await verifyFile(model, manifest.file);
  if (!verified.ok) return verified;
  const checked = checkGraph(new Uint8Array(model), manifest);
  if (!checked.ok) return checked;
  // Nodes that WebGPU leaves to the CPU are few and small: threads would only cost start-up time.
  const threads = backend === 'webgpu' ? 1 : countThreads(crossOriginIsolated, navigator.hardwareConcurrency);
  try {
    const ort = await loadOrt(build, threads);
    const session = await ort.InferenceSession.create(model, { executionProviders: [backend], logSeverityLevel: 3 });
    if (backend === 'webgpu') await watchDevice(ort, onDeviceLost);
    const run = (patch: Float32Array, acquisition: Float32Array) => runPatch(ort, session, manifest, patch, acquisition);
    return ok({ manifest, threads, startMs: performance.now() - started, run });
  } catch (error) {
    const name = backend === 'webgpu' ? 'WebGPU' : 'WASM';
    return fail({ code: 'session-failed', sentence: `The model could not be started with ${name} on this machine.`, detail: String(error) });
  }
}

async function watchDevice(ort: Ort, onDeviceLost: (why: string) => void): Promise<void> {
  const device = await ort.env.webgpu.device;
  void device.lost.then(({ message }) => onDeviceLost(message));
}

async function runPatch(
  ort: Ort,
  session: InferenceSession,
  manifest: ModelManifest,
  patch: Float32Array,
  acquisition: Float32Array,
): Promise<Result<RawOutputs, InferenceProblem>> {
  const { patch: patchSpec, acquisition: acquisitionSpec } = manifest.input;
  const feeds = {
    [patchSpec.name]: new ort.Tensor('float32', patch, [1, 1, ...patchSize(patchSpec)]),
    [acquisitionSpec.name]: new ort.Tensor('float32', acquisition, [1, acquisition.length]),
  };
  let results: InferenceSession.OnnxValueMapType = {};
  try {
    results = await session.run(feeds, [...OUTPUT_NAMES]);
    const copies = OUTPUT_NAMES.map((name): [OutputName, Float32Array] => [name, Float32Array.from(results[name]?.data as Float32Array)]);
    return ok(Object.fromEntries(copies) as RawOutputs);
  } catch (error) {
    return fail({ code: 'run-failed', sentence: 'The network failed on this level.', detail: String(error) });
  } finally {
    for (const tensor of [...Object.values(feeds), ...Object.values(results)]) tensor.dispose();
  }
}
