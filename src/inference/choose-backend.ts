import type { OutputCheck } from './self-test.ts';

/*
 * Which backend runs, and why (design.md section 1). Pure: the engine gathers the situation, this decides, and the
 * sentence is what the user is shown.
 */

export type Backend = 'wasm' | 'webgpu';

export type AdapterFacts = {
  /** What the browser tells of the adapter, e.g. "apple metal-3". */
  readonly id: string;
  readonly isSoftware: boolean;
};

/** A golden patch, timed on both backends; milliseconds of one run after warming up. */
export type Trial =
  | { readonly state: 'timed'; readonly webgpuMs: number; readonly wasmMs: number; readonly wrong: OutputCheck | null }
  | { readonly state: 'failed'; readonly stage: 'start' | 'run'; readonly why: string };

export type BackendSituation = {
  /** From `?backend=`. */
  readonly forced: Backend | null;
  /** Null where the browser has no WebGPU or no adapter answers. */
  readonly adapter: AdapterFacts | null;
  /** What an earlier trial on this machine with this model and runtime decided. */
  readonly remembered: { readonly backend: Backend; readonly reason: string } | null;
  readonly trial: Trial | null;
};

export type BackendDecision = {
  readonly backend: Backend;
  /** One sentence. */
  readonly reason: string;
  /** WebGPU should be timed in the background once the first result is out. */
  readonly wantsTrial: boolean;
  /** Worth remembering for this machine: a measurement, not a want of one. */
  readonly isMeasured: boolean;
};

export function chooseBackend({ forced, adapter, remembered, trial }: BackendSituation): BackendDecision {
  const keep = (backend: Backend, reason: string, isMeasured = false): BackendDecision => ({
    backend, reason, wantsTrial: false, isMeasured,
  });

  if (forced === 'wasm') return keep('wasm', 'WASM, as the address of this page asks.');
  if (adapter === null) return keep('wasm', 'WASM: this browser offers no WebGPU adapter.');
  if (forced === 'webgpu') return keep('webgpu', `WebGPU (${adapter.id}), as the address of this page asks.`);
  if (adapter.isSoftware) {
    return keep('wasm', `WASM: the only WebGPU adapter here (${adapter.id}) is software, which is far slower.`);
  }
  if (trial !== null) return judgeTrial(adapter, trial);
  if (remembered !== null) return keep(remembered.backend, remembered.reason);
  return {
    backend: 'wasm',
    reason: `WASM for now: WebGPU (${adapter.id}) has not been timed on this machine yet.`,
    wantsTrial: true,
    isMeasured: false,
  };
}

function judgeTrial(adapter: AdapterFacts, trial: Trial): BackendDecision {
  const decide = (backend: Backend, reason: string): BackendDecision => ({
    backend, reason, wantsTrial: false, isMeasured: true,
  });
  if (trial.state === 'failed') {
    const reason = `WASM: WebGPU (${adapter.id}) failed its trial on this machine (${trial.why}).`;
    // A failed start can be the network's fault or a passing one: the next visit tries again.
    return { ...decide('wasm', reason), isMeasured: trial.stage === 'run' };
  }
  const { webgpuMs, wasmMs, wrong } = trial;
  if (wrong !== null) {
    const fault = Number.isFinite(wrong.ratio)
      ? `is off by ${Number((wrong.ratio * 100).toPrecision(2))} % of the range of ${wrong.output}`
      : `gives no number for ${wrong.output}`;
    return decide('wasm', `WASM: WebGPU (${adapter.id}) ${fault} on this machine.`);
  }
  const times = `${Math.round(webgpuMs)} ms a level against ${Math.round(wasmMs)} ms with WASM`;
  // "Not slower" to the rounded number that is shown would be arbitrary; the measured one decides.
  return webgpuMs <= wasmMs
    ? decide('webgpu', `WebGPU (${adapter.id}): right on the golden patches, ${times}.`)
    : decide('wasm', `WASM: WebGPU (${adapter.id}) is slower here, ${times}.`);
}

/** `?backend=wasm` or `?backend=webgpu` of a page address's query; anything else forces nothing. */
export function readForcedBackend(search: string): Backend | null {
  const value = new URLSearchParams(search).get('backend');
  return value === 'wasm' || value === 'webgpu' ? value : null;
}
