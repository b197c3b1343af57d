import type { InferenceSession } from 'onnxruntime-web/wasm';
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
type Metadata = InferenceSession.ValueMetadata;

/** Checks the model's bytes, loads the runtime, creates the session and holds its inputs and outputs to the manifest. */
export async function openSession(
  { backend, manifest, model }: LoadRequest,
  onDeviceLost: (why: string) => void,
): Promise<Result<PatchSession, InferenceProblem>> {
  const started = performance.now();
  const verified = await verifyFile(model, manifest.file);
  if (!verified.ok) return verified;
  // Nodes that WebGPU leaves to the CPU are few and small: threads would only cost start-up time.
  const threads = backend === 'webgpu' ? 1 : countThreads(crossOriginIsolated, navigator.hardwareConcurrency);
  try {
    const ort = await loadOrt(backend, threads);
    const session = await ort.InferenceSession.create(model, { executionProviders: [backend], logSeverityLevel: 3 });
    const mismatch = findMismatch(session, manifest);
    if (mismatch !== null) {
      await session.release();
      return fail({ code: 'model-mismatch', sentence: `The model was refused: ${mismatch}.` });
    }
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

/** What the graph has otherwise than the manifest says, or null. Sizes that the graph leaves open agree with anything. */
function findMismatch(session: InferenceSession, manifest: ModelManifest): string | null {
  const wantedInputs = [manifest.input.patch, manifest.input.acquisition];
  const wantedOutputs = OUTPUT_NAMES.map((name) => ({ name, shape: manifest.outputs[name].shape }));
  return findTensorMismatch('input', session.inputMetadata, wantedInputs) ?? findTensorMismatch('output', session.outputMetadata, wantedOutputs);
}

function findTensorMismatch(
  kind: string,
  got: readonly Metadata[],
  wanted: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[],
): string | null {
  if (kind === 'input' && got.length !== wanted.length) return `it has ${got.length} inputs where its manifest names ${wanted.length}`;
  for (const { name, shape } of wanted) {
    const tensor = got.find((candidate) => candidate.name === name);
    if (!tensor) return `it has no ${kind} ${name}, which its manifest names`;
    if (!tensor.isTensor || tensor.type !== 'float32') return `its ${kind} ${name} is not a float32 tensor`;
    const agrees =
      tensor.shape.length === shape.length &&
      tensor.shape.every((size, axis) => typeof size === 'string' || axis === 0 || size === shape[axis]);
    if (!agrees) return `its ${kind} ${name} has the shape [${tensor.shape.join(', ')}] where its manifest says [${shape.join(', ')}]`;
  }
  return null;
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
