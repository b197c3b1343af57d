import { CONTRAST_AORTA_HU } from './contrast-rise.ts';
import { interpolate } from './interpolate.ts';
import { TISSUES, type InternalTissues, type TissueName, type TissueReading } from './internal-tissues.ts';

type Range = readonly [min: number, max: number];

/**
 * Attenuation of tissues at 120 kVp, HU (domain.md 2.7, 3.3): air −1000 (± 30 is our choice), subcutaneous fat −115 to −85, muscle 35 to
 * 60 (fatty in the elderly from 30; 60 to 75 with contrast), blood in the aorta 30 to 50 without contrast, 130 to 400 with it.
 */
const EXPECTED_HU: Readonly<Record<TissueName, { readonly plain: Range; readonly enhanced: Range }>> = {
  air: { plain: [-1030, -970], enhanced: [-1030, -970] },
  fat: { plain: [-115, -85], enhanced: [-115, -85] },
  muscle: { plain: [30, 60], enhanced: [35, 75] },
  blood: { plain: [30, 50], enhanced: [CONTRAST_AORTA_HU, 400] },
};
/** Attenuation of fat follows the tube voltage as that of lipid does (domain.md 2.4). */
const LIPID_AT_120_HU = -115;
const LIPID_HU: readonly (readonly [kvp: number, hu: number])[] = [[80, -128], [100, -120], [120, LIPID_AT_120_HU], [140, -111]];

export type TissueCheck = {
  readonly tissue: TissueName;
  /** Median over the levels; null where it was not found at any. */
  readonly reading: TissueReading | null;
  readonly expectedHu: Range;
  readonly verdict: 'as-expected' | 'lower' | 'higher' | 'not-found';
};

/**
 * Compares the tissues found at the levels with what is expected. A check of the scanner and of the header's facts: no density is ever
 * corrected by it, since fatty muscle, anaemia and contrast look the same as a scanner that is off.
 */
export function checkTissues(found: readonly InternalTissues[], kvp: number | null, contrast: boolean | null): readonly TissueCheck[] {
  const blood = medianReading(found.flatMap((one) => one.blood ?? []));
  const isEnhanced = contrast === true || (blood !== null && blood.medianHu > CONTRAST_AORTA_HU);
  return TISSUES.map((tissue) => {
    const reading = medianReading(found.flatMap((one) => one[tissue] ?? []));
    const expected = EXPECTED_HU[tissue][isEnhanced ? 'enhanced' : 'plain'];
    const shift = tissue === 'fat' ? fatShift(kvp) : 0;
    const expectedHu: Range = [expected[0] + shift, expected[1] + shift];
    return { tissue, reading, expectedHu, verdict: verdictOf(reading, expectedHu) };
  });
}

function verdictOf(reading: TissueReading | null, [min, max]: Range): TissueCheck['verdict'] {
  if (reading === null) return 'not-found';
  if (reading.medianHu < min) return 'lower';
  return reading.medianHu > max ? 'higher' : 'as-expected';
}

function medianReading(readings: readonly TissueReading[]): TissueReading | null {
  return readings.toSorted((one, other) => one.medianHu - other.medianHu)[readings.length >> 1] ?? null;
}

/** None where the voltage is unknown or outside the table. */
function fatShift(kvp: number | null): number {
  const lipid = kvp === null ? null : interpolate(LIPID_HU, kvp);
  return lipid === null ? 0 : lipid - LIPID_AT_120_HU;
}
