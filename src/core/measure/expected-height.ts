import type { VertebraName } from '../levels/vertebra-name.ts';
import type { VertebraFit } from './vertebra-fit.ts';

type Heights = VertebraFit['heightsMm'];
export type HeightPlace = keyof Heights;

/** A level whose body was fitted. */
export type FittedLevel = { readonly level: VertebraName; readonly fit: Pick<VertebraFit, 'heightsMm'> };

/**
 * Usual heights of a healthy body, mm (domain.md 3.1): the posterior wall; the front lower than it by the usual wedging over the usual depth;
 * the middle 4 mm lower than their mean, for two hollow endplates. Only the ratios between levels count: the person's size comes from the
 * person. T10, T13 and L6 continue the rows.
 */
export const USUAL_HEIGHTS_MM: Partial<Record<VertebraName, Heights>> = {
  T10: { anterior: 17.8, middle: 15.1, posterior: 20.5 },
  T11: { anterior: 18.2, middle: 15.6, posterior: 21 },
  T12: { anterior: 20.1, middle: 17.3, posterior: 22.5 },
  T13: { anterior: 20.7, middle: 17.8, posterior: 23 },
  L1: { anterior: 22, middle: 19, posterior: 24 },
  L2: { anterior: 23.5, middle: 20, posterior: 24.5 },
  L3: { anterior: 23.9, middle: 20, posterior: 24 },
  L4: { anterior: 25.2, middle: 20.6, posterior: 24 },
  L5: { anterior: 26.7, middle: 20.9, posterior: 23 },
  L6: { anterior: 26.7, middle: 20.9, posterior: 23 },
};

/**
 * Height that the other levels of the same person let expect, mm: the median, so that one more fracture does not hide another.
 * Null where there is no other level, or no usual height.
 */
export function expectedHeightMm(place: HeightPlace, level: VertebraName, others: readonly FittedLevel[]): number | null {
  const usual = USUAL_HEIGHTS_MM[level]?.[place];
  const shares = others.flatMap((other) => {
    const usualThere = USUAL_HEIGHTS_MM[other.level]?.[place];
    return other.level === level || usualThere === undefined ? [] : [other.fit.heightsMm[place] / usualThere];
  }).toSorted((one, other) => one - other);
  if (usual === undefined || shares.length === 0) return null;
  const half = shares.length >> 1;
  const middle = shares.length % 2 === 1 ? shares[half] : ((shares[half - 1] ?? 0) + (shares[half] ?? 0)) / 2;
  return usual * (middle ?? 0);
}

/** {@link expectedHeightMm} of the posterior wall, by which a body that is lower all over is told. */
export function expectedPosteriorMm(level: VertebraName, others: readonly FittedLevel[]): number | null {
  return expectedHeightMm('posterior', level, others);
}
