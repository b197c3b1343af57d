import type { AcquisitionFacts, Series } from '../dicom/series.ts';

/** What the reader says of a scan whose header is silent; null where the reader says nothing either. */
export type StatedFacts = { readonly kvp: number | null; readonly contrast: boolean | null };

export const NOTHING_STATED: StatedFacts = { kvp: null, contrast: null };

/** Tube voltages that CT scanners offer between the limits of the conversion, kVp. */
export const STATEABLE_KVP = [80, 90, 100, 110, 120, 130, 140] as const;

/** Virtual monoenergetic images have no tube voltage, so none can be stated for them. */
export function canStateKvp({ problems }: Pick<Series, 'problems'>): boolean {
  return problems.every(({ code }) => code !== 'monoenergetic');
}

/** The facts that the numbers are made with: what the header says, and what the reader states where it says nothing. A header is never overruled. */
export function withStatedFacts(header: AcquisitionFacts, stated: StatedFacts): AcquisitionFacts {
  return { ...header, kvp: header.kvp ?? stated.kvp, contrast: header.contrast ?? stated.contrast };
}

/** The stated facts that count: those that the header does not give; null where there are none. */
export function effectiveStatement(header: AcquisitionFacts, stated: StatedFacts): StatedFacts | null {
  const kvp = header.kvp === null ? stated.kvp : null;
  const contrast = header.contrast === null ? stated.contrast : null;
  return kvp === null && contrast === null ? null : { kvp, contrast };
}
