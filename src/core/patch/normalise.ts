import type { PatchSpec } from '../model/manifest.ts';

/**
 * HU → what the network reads: clipped, less the manifest's mean, over its standard deviation. Same order and length.
 * Arithmetic in float64, result float32. NaN stays NaN, so that a broken voxel is seen and not hidden by the clip.
 */
export function normalisePatch(
  valuesHu: Float64Array | Int16Array,
  spec: Pick<PatchSpec, 'clipHu' | 'meanHu' | 'stdHu'>,
): Float32Array<ArrayBuffer> {
  const [low, high] = spec.clipHu;
  const normalised = new Float32Array(valuesHu.length);
  for (let index = 0; index < normalised.length; index += 1) {
    const hu = valuesHu[index] as number; // index < length
    normalised[index] = (Math.min(high, Math.max(low, hu)) - spec.meanHu) / spec.stdHu;
  }
  return normalised;
}
