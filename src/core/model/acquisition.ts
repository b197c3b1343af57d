import { unreachable } from '#src/lib/exhaustive.ts';
import type { AcquisitionFeature, AcquisitionFeatures } from './acquisition-features.ts';

/** What the header tells and the image alone cannot; null where unknown. AcquisitionFacts of core/dicom fits. */
export type AcquisitionInput = {
  /** Kilovolts. */
  readonly kvp: number | null;
  readonly sliceThicknessMm: number | null;
  /** ConvolutionKernel as the header writes it. */
  readonly kernel: string | null;
  readonly contrast: boolean | null;
};

type NumberFeature = Extract<AcquisitionFeature, { kind: 'number' }>;
type KernelFeature = Extract<AcquisitionFeature, { name: 'kernelClass' }>;

function numberColumns(value: number | null, feature: NumberFeature): readonly number[] {
  if (value === null || !Number.isFinite(value)) return [0, 0];
  const clamped = Math.min(feature.max, Math.max(feature.min, value));
  return [(clamped - feature.centre) / feature.scale, 1];
}

function classifyKernel(kernel: string | null, feature: KernelFeature): string {
  if (kernel === null) return 'unknown';
  const text = kernel.toUpperCase().trim();
  return feature.patterns.find(({ match }) => new RegExp(match).test(text))?.value ?? 'unknown';
}

function describeContrast(contrast: boolean | null): string {
  if (contrast === null) return 'unknown';
  return contrast ? 'yes' : 'no';
}

function columnsOf(facts: AcquisitionInput, feature: AcquisitionFeature): readonly number[] {
  const oneHot = (values: readonly string[], chosen: string) => values.map((value) => (value === chosen ? 1 : 0));
  switch (feature.name) {
    case 'kvp':
      return numberColumns(facts.kvp, feature);
    case 'sliceThicknessMm':
      return numberColumns(facts.sliceThicknessMm, feature);
    case 'kernelClass':
      return oneHot(feature.values, classifyKernel(facts.kernel, feature));
    case 'contrast':
      return oneHot(feature.values, describeContrast(facts.contrast));
    default:
      return unreachable(feature);
  }
}

/** The network's second input, [K]: the columns of the features in the manifest's order. */
export function acquisitionVector(facts: AcquisitionInput, features: AcquisitionFeatures): Float32Array<ArrayBuffer> {
  return Float32Array.from(features.flatMap((feature) => columnsOf(facts, feature)));
}
