import type { AdapterFacts, Backend } from './choose-backend.ts';

/*
 * Which of onnxruntime-web's builds this machine downloads: one, for both networks and for both backends. Those with WebGPU run WASM as fast as
 * the plain one (docs/offline.md), so that a machine with a GPU needs no second. Pure; probe-runtime.ts gathers the facts.
 */

/** `jspi` waits for the GPU by JavaScript promise integration, which not every browser has; `asyncify` by rewritten code, 1.6 times as large. */
export type OrtBuild = 'plain' | 'jspi' | 'asyncify';

export type OrtBuildSituation = {
  /** From `?backend=`. */
  readonly forced: Backend | null;
  readonly adapter: AdapterFacts | null;
  /** The browser has JavaScript promise integration. */
  readonly hasJspi: boolean;
  /** What an earlier visit chose on this machine. */
  readonly remembered: OrtBuild | null;
};

/** `?backend=wasm` takes nothing away: every build runs WASM. */
export function chooseOrtBuild({ forced, adapter, hasJspi, remembered }: OrtBuildSituation): OrtBuild {
  const withGpu = hasJspi ? 'jspi' : 'asyncify';
  if (adapter !== null && (!adapter.isSoftware || forced === 'webgpu')) return withGpu;
  // A GPU that does not answer today (another driver, no network) is no reason to fetch a second build.
  return remembered === withGpu ? withGpu : 'plain';
}
