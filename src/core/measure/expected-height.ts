import type { VertebraName } from '../levels/vertebra-name.ts';
import type { VertebraFit } from './vertebra-fit.ts';

/** A level whose body was fitted. */
export type FittedLevel = { readonly level: VertebraName; readonly fit: Pick<VertebraFit, 'heightsMm'> };

/**
 * Usual height of the posterior wall, mm (domain.md 3.1). Only the ratios between levels count: the person's size comes from the person.
 * T10, T13 and L6 continue the row.
 */
export const USUAL_POSTERIOR_MM: Partial<Record<VertebraName, number>> = {
  T10: 20.5, T11: 21, T12: 22.5, T13: 23, L1: 24, L2: 24.5, L3: 24, L4: 24, L5: 23, L6: 23,
};

/**
 * Posterior height that the other levels of the same person let expect, mm: the median, so that one more fracture does not hide another.
 * Null where there is no other level, or no usual height.
 */
export function expectedPosteriorMm(level: VertebraName, others: readonly FittedLevel[]): number | null {
  const usual = USUAL_POSTERIOR_MM[level];
  const shares = others.flatMap((other) => {
    const usualThere = USUAL_POSTERIOR_MM[other.level];
    return other.level === level || usualThere === undefined ? [] : [other.fit.heightsMm.posterior / usualThere];
  }).toSorted((one, other) => one - other);
  if (usual === undefined || shares.length === 0) return null;
  const half = shares.length >> 1;
  const middle = shares.length % 2 === 1 ? shares[half] : ((shares[half - 1] ?? 0) + (shares[half] ?? 0)) / 2;
  return usual * (middle ?? 0);
}
