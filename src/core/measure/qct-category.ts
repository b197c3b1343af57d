/** Below this, low bone mass; mg/cm³ trabecular spine vBMD. ACR and ISCD QCT convention (domain.md 2.1, PMC7495321 table 2). */
export const QCT_LOW_BELOW_MG_CM3 = 120;
/** Below this, osteoporosis; same source. Exactly 80 and exactly 120 are "low" (80 to 120). */
export const QCT_OSTEOPOROSIS_BELOW_MG_CM3 = 80;

/** Density category of spine QCT. Not a DXA category: WHO T-score limits do not apply to QCT. */
export type QctCategory = 'normal' | 'low' | 'osteoporosis';

/** @param vbmdMgCm3 mean trabecular vBMD, mg/cm³ */
export function qctCategory(vbmdMgCm3: number): QctCategory {
  if (vbmdMgCm3 < QCT_OSTEOPOROSIS_BELOW_MG_CM3) return 'osteoporosis';
  return vbmdMgCm3 <= QCT_LOW_BELOW_MG_CM3 ? 'low' : 'normal';
}
