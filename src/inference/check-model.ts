import { acquisitionVector } from '#src/core/model/acquisition.ts';
import { parseManifest, type ModelManifest } from '#src/core/model/manifest.ts';
import { OUTPUT_NAMES, patchSize, type RawOutputs } from '#src/core/model/shapes.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { cancelled, type InferenceProblem, type InferenceProblemCode } from './engine.ts';
import { MODEL_LIMITS, RUN_LIMIT_MS, SPEED_LIMITS } from './model-limits.ts';
import { ModelWorker } from './model-worker.ts';
import type { OrtBuild } from './ort-build.ts';
import { readGoldenPatches } from './self-test.ts';
import { runGoldenCases, type RunPatch } from './trial.ts';
import { sha256Of, verifyFile } from './verify-file.ts';
import type { WorkerPort } from './worker-link.ts';

/*
 * Everything that a network from outside must pass before it may give a number (docs/model-contract.md, "Bring your own model"): sizes, manifest, hashes, graph,
 * then, in a worker of its own that ends with the check, the golden patches, patches of air and of bone, and the time. The first failure ends it.
 */

/** To fetch the runtime and create the session. */
const START_LIMIT_MS = 60_000;

const TIMED_RUNS = 3;
const CARD = 'model-card.md';

export type ModelFolderFiles = ReadonlyMap<string, Blob>;

/** A folder whose manifest is whole; the model itself has not been looked at. */
export type ModelFolderFacts = {
  readonly manifest: ModelManifest;
  /** Of manifest.json, which names the hashes of the other files: it stands for the folder. 64 hexadecimal digits. */
  readonly manifestSha256: string;
  /** Markdown as written; to be shown as text. */
  readonly card: string;
};

export type ModelSpeed = {
  /** Median of the last runs, one level, network only. */
  readonly medianMs: number;
  /** Slow enough to be said. */
  readonly isSlow: boolean;
  readonly backend: 'wasm';
  readonly threads: number;
};

export type CheckedModel = ModelFolderFacts & { readonly speed: ModelSpeed };

export type CheckProgress = { readonly step: 'files' | 'start' | 'golden' | 'constant' | 'time'; readonly done: number; readonly total: number };

export type CheckerParts = { readonly createWorker: () => WorkerPort; readonly readBuild: () => Promise<OrtBuild> };

export type CheckOptions = { readonly signal: AbortSignal; readonly onProgress: (progress: CheckProgress) => void };

function refuse(code: InferenceProblemCode, why: string): Result<never, InferenceProblem> {
  return fail({ code, sentence: `The model was refused: ${why}.` });
}

/** Sizes, manifest and card of a folder. */
export async function readModelFacts(files: ModelFolderFiles): Promise<Result<ModelFolderFacts, InferenceProblem>> {
  const bytes = await readLimited(files, 'manifest.json', MODEL_LIMITS.manifest);
  if (!bytes.ok) return bytes;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.value));
  } catch {
    return refuse('manifest-invalid', 'its manifest.json is not JSON');
  }
  if (typeof json === 'object' && json !== null && 'kind' in json && json.kind !== 'level') {
    return refuse('model-other-kind', json.kind === 'spine' ? 'it finds vertebrae, and this version takes only networks that read the density of one level' : 'its manifest names a kind that this version does not know');
  }
  const manifest = parseManifest(json);
  if (!manifest.ok) return manifest;
  const { file, golden } = manifest.value;
  const beside = [[file.name, MODEL_LIMITS.model], [golden.file.name, MODEL_LIMITS.golden], [CARD, MODEL_LIMITS.card]] as const;
  for (const [name, limit] of beside) {
    const sized = checkSize(files, name, limit);
    if (!sized.ok) return sized;
  }
  const card = await readLimited(files, CARD, MODEL_LIMITS.card);
  if (!card.ok) return card;
  const manifestSha256 = await sha256Of(bytes.value);
  return manifestSha256.ok ? ok({ manifest: manifest.value, manifestSha256: manifestSha256.value, card: new TextDecoder().decode(card.value) }) : manifestSha256;
}

function checkSize(files: ModelFolderFiles, name: string, limit: number): Result<null, InferenceProblem> {
  const size = files.get(name)?.size;
  if (size === undefined) return refuse('model-file-missing', `${name} is not in the folder`);
  if (size === 0) return refuse('model-file-size', `${name} is empty`);
  return size > limit ? refuse('model-file-size', `${name} has ${Math.ceil(size / 1e6)} MB, and at most ${limit / 1e6} MB are read`) : ok(null);
}

async function readLimited(files: ModelFolderFiles, name: string, limit: number): Promise<Result<ArrayBuffer, InferenceProblem>> {
  const sized = checkSize(files, name, limit);
  if (!sized.ok) return sized;
  try {
    return ok(await (files.get(name) ?? new Blob()).arrayBuffer());
  } catch {
    return refuse('model-unreachable', `${name} could not be read`);
  }
}

/** The whole check. Never rejects; an abort gives `cancelled` and ends the worker. */
export async function checkModel({ createWorker, readBuild }: CheckerParts, files: ModelFolderFiles, { signal, onProgress }: CheckOptions): Promise<Result<CheckedModel, InferenceProblem>> {
  onProgress({ step: 'files', done: 0, total: 1 });
  const facts = await readModelFacts(files);
  if (!facts.ok) return facts;
  const { manifest } = facts.value;
  const [golden, model] = [await readLimited(files, manifest.golden.file.name, MODEL_LIMITS.golden), await readLimited(files, manifest.file.name, MODEL_LIMITS.model)];
  if (!golden.ok) return golden;
  if (!model.ok) return model;
  const verified = await verifyFile(golden.value, manifest.golden.file);
  if (!verified.ok) return verified;
  if (signal.aborted) return cancelled();

  onProgress({ step: 'start', done: 0, total: 1 });
  // The worker holds the model to its hash and looks through its graph before anything of it runs (worker/ort-session.ts).
  const started = await ModelWorker.start(createWorker(), { manifest, model: model.value, golden: golden.value, runLimitMs: RUN_LIMIT_MS }, 'wasm', await readBuild(), { signal, timeoutMs: START_LIMIT_MS });
  if (!started.ok) return started;
  const worker = started.value;
  try {
    const medianMs = await tryOut(manifest, readGoldenPatches(golden.value, manifest), (patch) => worker.runPatch(patch, signal), onProgress);
    return medianMs.ok ? ok({ ...facts.value, speed: { medianMs: medianMs.value, isSlow: medianMs.value > SPEED_LIMITS.slowMs, backend: 'wasm', threads: worker.threads } }) : medianMs;
  } finally {
    worker.close();
  }
}

/** Golden patches, constant ones, time. @returns the median time of a level, ms */
async function tryOut(manifest: ModelManifest, patches: readonly Int16Array<ArrayBuffer>[], run: RunPatch, onProgress: CheckOptions['onProgress']): Promise<Result<number, InferenceProblem>> {
  const times: number[] = [];
  const report = (step: CheckProgress['step'], done: number, total: number) => onProgress({ step, done, total });
  const runTimed = (what: string): RunPatch => async (patch) => {
    const result = await run(patch);
    if (!result.ok) return result;
    times.push(result.value.elapsedMs);
    const output = OUTPUT_NAMES.find((name) => !isFinite(result.value.outputs, name));
    return output === undefined ? result : refuse('model-not-finite', `it gives no number for ${output} on ${what}`);
  };

  report('golden', 0, patches.length);
  const onGolden = runTimed('one of its golden patches');
  const golden = await runGoldenCases(manifest, patches, async (patch) => {
    const result = await onGolden(patch);
    report('golden', times.length, patches.length);
    return result;
  });
  if (!golden.ok) return golden;
  const wrong = golden.value.checks.find(({ passed }) => !passed);
  if (wrong !== undefined) {
    return refuse('golden-wrong', `on this machine its output ${wrong.output} is off by ${Number((wrong.ratio * 100).toPrecision(2))} % of its range on the golden patches, where its manifest allows ${Number((manifest.golden.tolerance * 100).toPrecision(2))} %`);
  }

  const [air, bone] = constantPatches(manifest);
  const constants = [air, bone];
  for (const [index, { what, ...patch }] of constants.entries()) {
    report('constant', index, constants.length);
    const result = await runTimed(what)(patch);
    if (!result.ok) return result;
  }

  // The first run warms up. Where there were few golden patches, more runs make up the three.
  for (let run = times.length; run < 1 + TIMED_RUNS; run += 1) {
    report('time', run, 1 + TIMED_RUNS);
    const result = await runTimed(air.what)(air);
    if (!result.ok) return result;
  }
  const [, medianMs = 0] = times.slice(-TIMED_RUNS).toSorted((a, b) => a - b);
  if (medianMs > SPEED_LIMITS.refusedMs) {
    return refuse('model-slow', `a level takes ${(medianMs / 1000).toFixed(1)} s on this machine, and at most ${SPEED_LIMITS.refusedMs / 1000} s are allowed`);
  }
  return ok(medianMs);
}

/** Nothing but air, and nothing but the densest bone that the network can see, with a header that says nothing. */
function constantPatches({ input: { patch, acquisition } }: ModelManifest) {
  const length = patchSize(patch).reduce((product, size) => product * size, 1);
  const [low, high] = patch.clipHu;
  const unknown = [...acquisitionVector({ kvp: null, sliceThicknessMm: null, kernel: null, contrast: null }, acquisition.features)];
  return [
    { what: 'a patch of air', valuesHu: new Int16Array(length).fill(low), acquisition: unknown },
    { what: 'a patch of dense bone', valuesHu: new Int16Array(length).fill(high), acquisition: unknown },
  ] as const;
}

function isFinite(outputs: RawOutputs, name: keyof RawOutputs): boolean {
  return outputs[name].length > 0 && outputs[name].every((value) => Number.isFinite(value));
}
