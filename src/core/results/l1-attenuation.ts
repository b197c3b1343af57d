import type { LevelPick } from '../levels/pick.ts';
import { slopeAtKvp } from '../measure/hu-to-vbmd.ts';
import type { KnownFact } from '../measure/stated-facts.ts';
import type { LevelResult } from './level-result.ts';
import { usableLevels } from './usable-levels.ts';

/**
 * L1 attenuation against DXA, at 120 kVp, HU: at or below 160 found 90 % of those with osteoporosis, at or below 110 was more than 90 %
 * specific (Pickhardt 2013, 1,867 adults; domain.md 2.1).
 */
export const L1_CUTOFFS_HU = { sensitive: 160, specific: 110 } as const;

/**
 * Mean and SD of L1 attenuation at 120 kVp in the youngest and the oldest group of 20,374 adults (Jang 2019, PubMed 30912719): under 30
 * and 90 or older, put at 25 and 92 years. The decline is published as linear, 2.5 HU a year, which the two means (2.0 HU a year
 * between them) do not meet: a line of 2.5 through the middle of the one drawn here departs from it by 15 HU at the ends.
 */
const YOUNGEST = { years: 25, meanHu: 226, sdHu: 44 } as const;
const OLDEST = { years: 92, meanHu: 89, sdHu: 38 } as const;

/** The published means are of adults. */
const YOUNGEST_ADULT_YEARS = 18;

export const NORMATIVE_AGES = { min: YOUNGEST.years, max: OLDEST.years } as const;

/** Published mean and SD of L1 attenuation at an age, HU at 120 kVp; beyond the groups their own values. */
export function normativeL1(ageYears: number): { readonly meanHu: number; readonly sdHu: number } {
  const share = Math.min(1, Math.max(0, (ageYears - YOUNGEST.years) / (OLDEST.years - YOUNGEST.years)));
  const between = (from: number, to: number): number => from + share * (to - from);
  return { meanHu: between(YOUNGEST.meanHu, OLDEST.meanHu), sdHu: between(YOUNGEST.sdHu, OLDEST.sdHu) };
}

export type L1Finding =
  | {
      readonly status: 'found';
      /** As measured. */
      readonly meanHu: number;
      /** As it would read at 120 kVp, by the same published factors as the density. */
      readonly at120KvpHu: number;
      readonly kvp: number;
      /** Null where unknown, or of no adult. */
      readonly ageYears: KnownFact<number> | null;
      readonly sentences: readonly string[];
    }
  | { readonly status: 'none'; readonly sentence: string };

/**
 * L1 attenuation against the published cut-offs and age.
 * @param kvp null where unknown: then there is nothing to compare with
 * @param age null where neither the header nor the reader gives it
 */
export function findL1(results: readonly LevelResult[], picks: readonly LevelPick[], kvp: number | null, age: KnownFact<number> | null): L1Finding {
  const l1 = usableLevels(results, picks).find(({ level }) => level === 'L1');
  const meanHu = l1?.measurement?.meanHu;
  if (meanHu === undefined) return { status: 'none', sentence: `The published cut-offs are of L1, ${whyNoL1(results, picks)}.` };
  const slope = slopeAtKvp(kvp);
  if (kvp === null || slope === null) return { status: 'none', sentence: 'The published cut-offs of L1 are of 120 kVp, and the tube voltage of this scan is unknown or outside 80 to 140 kVp.' };
  const at120KvpHu = meanHu * ((slopeAtKvp(120) ?? Number.NaN) / slope);
  const ageYears = age !== null && age.value >= YOUNGEST_ADULT_YEARS ? age : null;
  return { status: 'found', meanHu, at120KvpHu, kvp, ageYears, sentences: [describeCutoffs(meanHu, at120KvpHu, kvp), ...(age === null ? [] : [describeAge(at120KvpHu, age)])] };
}

function whyNoL1(results: readonly LevelResult[], picks: readonly LevelPick[]): string {
  const state = picks.find(({ level }) => level === 'L1')?.state;
  if (state === 'proposed') return 'which is proposed and not confirmed yet';
  if (state === 'rejected' || results.every(({ level }) => level !== 'L1')) return 'which is not measured here';
  return 'whose number cannot be used: see the doubts about it';
}

function describeCutoffs(meanHu: number, at120KvpHu: number, kvp: number): string {
  const { sensitive, specific } = L1_CUTOFFS_HU;
  const measured = `L1 measures ${Math.round(meanHu)} HU${kvp === 120 ? '' : ` at ${kvp} kVp, about ${Math.round(at120KvpHu)} HU at 120 kVp`}`;
  if (at120KvpHu <= specific) return `${measured}: at or below ${specific} HU, which was more than 90 % specific for osteoporosis on DXA.`;
  if (at120KvpHu <= sensitive) return `${measured}: between ${specific} HU (more than 90 % specific for osteoporosis on DXA) and ${sensitive} HU (90 % sensitive).`;
  return `${measured}: above ${sensitive} HU, the cut-off that missed 10 % of those with osteoporosis on DXA.`;
}

function describeAge(at120KvpHu: number, { value: ageYears, source }: KnownFact<number>): string {
  if (ageYears < YOUNGEST_ADULT_YEARS) return `The published means by age are of adults, and this patient is under ${YOUNGEST_ADULT_YEARS}.`;
  const years = `${ageYears} years${source === 'reader' ? ', the age stated by the reader' : ''}`;
  const { meanHu, sdHu } = normativeL1(ageYears);
  const deviation = (at120KvpHu - meanHu) / sdHu;
  const where = Math.abs(deviation) < 0.05 ? 'at' : `${Math.abs(deviation).toFixed(1)} SD ${deviation < 0 ? 'below' : 'above'}`;
  return `That is ${where} the published mean for ${years} (${Math.round(meanHu)} HU, SD ${Math.round(sdHu)}).`;
}
