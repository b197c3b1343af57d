/**
 * How far intravenous contrast raises the attenuation of vertebral bone, HU: means of cohorts scanned without and with it
 * (domain.md 2.5: arterial +13.5 and +14.4, portal venous +18.2 and +25.7). One large cohort saw next to none
 * (PubMed 30912719), and people differ, so the rise widens the error of a density and is never taken off.
 */
export const RISE_HU = { 'arterial': [13.5, 14.4], 'portal venous': [18.2, 25.7], 'unclear': [13.5, 25.7] } as const;

export type ContrastPhase = keyof typeof RISE_HU;

/** Blood in the aorta above this holds contrast agent; without it 30 to 50 HU (domain.md 2.5, 3.3). */
export const CONTRAST_AORTA_HU = 100;
/** Blood in the aorta of a portal venous phase has 130 to 180 HU, in an arterial one 250 to 400 (domain.md 3.3); between them nobody can tell. */
export const PORTAL_VENOUS_BELOW_HU = 200;
export const ARTERIAL_ABOVE_HU = 230;
/** Those figures are of 120 kVp; iodine is brighter at lower voltages. */
export const PHASE_KVP = { min: 110, max: 130 } as const;
/** HU for 1 mg of iodine in a millilitre, at 80 and at 140 kVp (domain.md, appendix A). */
export const IODINE_HU = { at80: 43, at140: 24 } as const;

export type ContrastRise = { readonly phase: ContrastPhase; readonly riseHu: readonly [low: number, high: number] };

/**
 * The published rise for a scan with contrast; null where there is none.
 * @param contrast as the header or the reader says it; null: nobody says
 * @param aortaHu of blood in the aorta, which shows contrast that nobody speaks of; null where it was not found
 */
export function contrastRise(contrast: boolean | null, aortaHu: number | null, kvp: number | null): ContrastRise | null {
  if (contrast !== true && (aortaHu === null || aortaHu <= CONTRAST_AORTA_HU)) return null;
  const phase = phaseOf(aortaHu, kvp);
  const brightness = kvp === null ? 1 : iodineHu(kvp) / iodineHu(120);
  const [low, high] = RISE_HU[phase];
  return { phase, riseHu: [low * brightness, high * brightness] };
}

function phaseOf(aortaHu: number | null, kvp: number | null): ContrastPhase {
  if (aortaHu === null || aortaHu <= CONTRAST_AORTA_HU || kvp === null || kvp < PHASE_KVP.min || kvp > PHASE_KVP.max) return 'unclear';
  if (aortaHu > ARTERIAL_ABOVE_HU) return 'arterial';
  return aortaHu < PORTAL_VENOUS_BELOW_HU ? 'portal venous' : 'unclear';
}

function iodineHu(kvp: number): number {
  return IODINE_HU.at80 + ((kvp - 80) / 60) * (IODINE_HU.at140 - IODINE_HU.at80);
}
