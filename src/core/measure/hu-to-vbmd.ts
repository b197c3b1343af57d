import { interpolate } from './interpolate.ts';

/**
 * HU per mg/cm³ hydroxyapatite by tube voltage: (µ/ρ of HA over µ of water − 1/3.16) at the effective energies 60, 65.5,
 * 69 and 71.6 keV (XCOM; domain.md 2.4 and appendix A), which reproduce the published cohort factors of L1 attenuation:
 * ×0.927 at 100 kVp and ×1.053 at 140 kVp against 120 kVp (16,747 scans).
 */
export const HU_PER_MG_CM3: readonly (readonly [kvp: number, slope: number])[] = [
  [80, 1.66],
  [100, 1.46],
  [120, 1.35],
  [140, 1.28],
];

/**
 * What a reader must know of every density here, as one sentence. Fat: domain.md 2.4; scanners: within 10 % of each other
 * (538,946 scans on 50 scanners); published phantom-less error: 5 to 10 % (PMC9925590).
 */
export const DENSITY_ERROR_STATEMENT =
  'Density is computed from attenuation and tube voltage without a phantom: expect 5 to 10 % error from scanner and patient size, and lower values where the marrow is fatty.';

/** HU per mg/cm³ at a tube voltage, linear between the tabulated ones; null outside 80 to 140 kVp or where unknown. */
export function slopeAtKvp(kvp: number | null): number | null {
  return kvp === null ? null : interpolate(HU_PER_MG_CM3, kvp);
}

/**
 * Trabecular vBMD as single-energy QCT reads it, without marrow correction: HU over the slope.
 * @returns mg/cm³ hydroxyapatite, or null where kVp is unknown or outside 80 to 140: no density is guessed
 */
export function huToVbmd(meanHu: number, kvp: number | null): number | null {
  const slope = slopeAtKvp(kvp);
  return slope === null ? null : meanHu / slope;
}
