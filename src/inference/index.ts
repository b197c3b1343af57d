import { createBackendMemory, openLocalStorage } from './backend-memory.ts';
import { readForcedBackend } from './choose-backend.ts';
import type { InferenceEngine } from './engine.ts';
import { createModelReader } from './load-model.ts';
import { prefetchRuntime } from './prefetch-runtime.ts';
import { probeAdapter } from './probe-adapter.ts';
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
export type { OutputCheck, SelfTestReport } from './self-test.ts';
export { SPINE_PARTS, type SpineFinder } from './spine-finder.ts';

/**
 * The engine of a page. Starts nothing until a model is loaded; the runtime is fetched ahead.
 * @param search the query of the page's address: `?backend=wasm` or `?backend=webgpu` forces a backend
 */
export function createInferenceEngine(search: string): InferenceEngine {
  const forced = readForcedBackend(search);
  if (forced !== 'webgpu') prefetchRuntime();
  return new WorkerEngine({
    // Written out in full: Vite finds worker scripts by this very expression.
    createWorker: () => new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'osteolens-inference' }),
    readModel: createModelReader(),
    probeAdapter,
    memory: createBackendMemory(openLocalStorage()),
    forced,
  });
}

/**
 * Looks for the spine in whole scans. Starts and fetches nothing until it is asked.
 * @param folderUrl of the spine network, on our own origin, absolute, with a slash at its end
 */
export function createSpineFinder(folderUrl: string): SpineFinder {
  const readModel = createSpineModelReader();
  return createFinder(
    () => new Worker(new URL('./worker/spine-entry.ts', import.meta.url), { type: 'module', name: 'osteolens-spine' }),
    () => readModel(folderUrl),
  );
}
