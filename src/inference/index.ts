import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import type { Result } from '#src/lib/result.ts';
import { createBackendMemory, openLocalStorage } from './backend-memory.ts';
import { readForcedBackend } from './choose-backend.ts';
import { checkModel, type CheckedModel, type CheckOptions, type ModelFolderFiles } from './check-model.ts';
import type { InferenceEngine, InferenceProblem } from './engine.ts';
import { createModelReader } from './load-model.ts';
import type { RuntimeFacts } from './probe-runtime.ts';
import { createSpineModelReader } from './load-spine-model.ts';
import { createFinder, type SpineFinder } from './spine-finder.ts';
import { WorkerEngine } from './worker-engine.ts';

export type { Backend } from './choose-backend.ts';
export type {
  AnalysisJob,
  AnalysisOutput,
  EngineStatus,
  FallbackEvent,
  InferenceEngine,
  InferenceProblem,
  InferenceProblemCode,
  ModelSource,
} from './engine.ts';
export { openLocalStorage } from './backend-memory.ts';
export { readModelFacts, type CheckedModel, type CheckOptions, type CheckProgress, type ModelFolderFacts, type ModelFolderFiles, type ModelSpeed } from './check-model.ts';
export type { OrtBuild } from './ort-build.ts';
export { probeRuntime, type RuntimeFacts } from './probe-runtime.ts';
export type { OutputCheck, SelfTestReport } from './self-test.ts';
export { SPINE_PARTS, type SpineFinder } from './spine-finder.ts';

/**
 * The engine of a page. Starts and fetches nothing until a model is loaded; the offline copy fetches the runtime ahead.
 * @param search the query of the page's address: `?backend=wasm` or `?backend=webgpu` forces a backend
 */
export function createInferenceEngine(search: string, { adapter, build }: RuntimeFacts): InferenceEngine {
  return new WorkerEngine({
    // Written out in full: Vite finds worker scripts by this very expression.
    createWorker: () => watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'osteolens-inference' })),
    readModel: createModelReader(),
    probeAdapter: () => adapter,
    readBuild: () => build,
    memory: createBackendMemory(openLocalStorage()),
    forced: readForcedBackend(search),
  });
}

/** Looks through a network from outside, in a worker of its own. */
export type CheckModel = (files: ModelFolderFiles, options: CheckOptions) => Promise<Result<CheckedModel, InferenceProblem>>;

export function createModelChecker({ build }: RuntimeFacts): CheckModel {
  const parts = {
    createWorker: () => watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'osteolens-model-check' })),
    readBuild: () => build,
  };
  return (files, options) => checkModel(parts, files, options);
}

/**
 * Looks for the spine in whole scans. Starts and fetches nothing until it is asked.
 * @param folderUrl of the spine network, on our own origin, absolute, with a slash at its end
 */
export function createSpineFinder(folderUrl: string, { build }: RuntimeFacts): SpineFinder {
  const readModel = createSpineModelReader();
  return createFinder(
    () => watchWorker(new Worker(new URL('./worker/spine-entry.ts', import.meta.url), { type: 'module', name: 'osteolens-spine' })),
    () => readModel(folderUrl),
    () => build,
  );
}
