import type { ModelManifest, PatchSpec } from './manifest.ts';

/* Names and sizes that follow from a manifest. Apart from its schema, so that the worker does not carry the validator. */

/** Order in which the outputs are listed, checked and compared. */
export const OUTPUT_NAMES = [
  'vbmd', 'abmd', 'classLogits', 'levelLogits', 'logVariance', 'gates', 'oodScore', 'cam',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/** What one run of the network gives for one patch (N = 1), flat and row-major in the manifest's shapes. */
export type RawOutputs = Readonly<Record<OutputName, Float32Array>>;

/** Shape of one output without its leading N. */
export function perPatchShape(manifest: ModelManifest, name: OutputName): readonly number[] {
  return manifest.outputs[name].shape.slice(1).map(Number);
}

/** Number of values of one output for one patch. */
export function outputLength(manifest: ModelManifest, name: OutputName): number {
  return perPatchShape(manifest, name).reduce((product, size) => product * size, 1);
}

/** Patch size (D, H, W): inferior to superior, anterior to posterior, right to left. */
export function patchSize(spec: PatchSpec): readonly [number, number, number] {
  return [spec.shape[2], spec.shape[3], spec.shape[4]];
}
