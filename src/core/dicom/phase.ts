import type { ElementReader } from './element-reader.ts';
import type { SliceHeader } from './series.ts';

/** TemporalPositionIdentifier, NominalPercentageOfCardiacPhase or TriggerTime, of whichever elements name one first. */
export function phaseOf(...stated: readonly (ElementReader | undefined)[]): Pick<SliceHeader, 'phase'> {
  for (const elements of stated) {
    const phase = elements?.text('x00200100') ?? elements?.text('x00209241') ?? elements?.text('x00181060') ?? null;
    if (phase !== null) return { phase };
  }
  return {};
}
