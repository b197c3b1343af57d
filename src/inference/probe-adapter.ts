import type { AdapterFacts } from './choose-backend.ts';

/** An adapter that does not answer in this time is treated as none: the first pick must not wait for it. */
const ANSWER_LIMIT_MS = 2000;

/** What identifies an adapter; GPUAdapterInfo fits. */
export type AdapterInfo = {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
};

/** Software rasterisers by the names they give themselves (Dawn's SwiftShader; Mesa's llvmpipe and lavapipe; Microsoft's WARP). */
const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|warp|basic render/i;

export function describeAdapter(info: AdapterInfo): AdapterFacts {
  const names = [info.vendor, info.architecture, info.device, info.description].filter((name) => name !== '');
  const id = names.join(' ') || 'unnamed adapter';
  return { id, isSoftware: info.isFallbackAdapter === true || info.vendor === 'google' || SOFTWARE_NAMES.test(id) };
}

/** The adapter that WebGPU would use on this page, or null where there is none or it does not answer. */
export async function probeAdapter(): Promise<AdapterFacts | null> {
  // Absent in older browsers and on pages that are not a secure context, whatever the type says.
  const gpu = (navigator as Partial<Navigator>).gpu;
  if (!gpu) return null;
  const tooLate = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), ANSWER_LIMIT_MS);
  });
  try {
    const adapter = await Promise.race([gpu.requestAdapter({ powerPreference: 'high-performance' }), tooLate]);
    return adapter === null ? null : describeAdapter(adapter.info);
  } catch {
    // A blocked or crashed GPU process rejects; for the choice of backend that is the same as none.
    return null;
  }
}
