import type { AcquisitionFacts, SliceHeader } from './series.ts';

/**
 * Facts of the acquisition that the whole stack agrees on; null where the header is silent or the slices differ.
 * Contrast is true where an agent is named; a header without one does not prove that none was given, so never false.
 */
export function factsOf(slices: readonly SliceHeader[]): AcquisitionFacts {
  return {
    // The tube voltage of a virtual monoenergetic image is not that of its values.
    kvp: slices.some(isMonoenergetic) ? null : shared(slices.map((slice) => slice.kvp)),
    sliceThicknessMm: shared(slices.map((slice) => slice.sliceThickness)),
    kernel: shared(slices.map((slice) => slice.convolutionKernel)),
    contrast: slices.some((slice) => (slice.contrastBolusAgent ?? '').trim() !== '') ? true : null,
  };
}

/** Computed from a multi-energy CT for one photon energy: Image Type value 4 is VMI (PS3.3 C.8.2.1.1.1). */
export function isMonoenergetic(slice: SliceHeader): boolean {
  return slice.imageType.includes('VMI');
}

/** Whether the header calls the study synthetic: the word in the patient's name, the series description or the comments. */
export function isSynthetic(slice: SliceHeader): boolean {
  return [slice.patientName, slice.seriesDescription, slice.imageComments].some((text) => text?.toUpperCase().includes('SYNTHETIC') ?? false);
}

function shared<T>(values: readonly (T | null)[]): T | null {
  const first = values[0];
  return first !== undefined && values.every((value) => value === first) ? first : null;
}
