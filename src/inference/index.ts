import { createBackendMemory, openLocalStorage } from './backend-memory.ts';
import { readForcedBackend } from './choose-backend.ts';
import type { InferenceEngine } from './engine.ts';
import { createModelReader } from './load-model.ts';
import { prefetchRuntime } from './prefetch-runtime.ts';
import { probeAdapter } from './probe-adapter.ts';
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
export type { OutputCheck, SelfTestReport } from './self-test.ts';

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
