import type { PatientFacts } from '../measure/stated-facts.ts';

/** WHO T-scores are for women after the menopause and men from this age on; younger people have Z-scores (ISCD 2023, domain.md 2.1). */
const YOUNGEST_YEARS = 50;

/** Why the probability, which is of a T-score, may not apply to this patient; null where it does. */
export function tScoreCaveat({ ageYears, sex }: PatientFacts): string | null {
  const applies = 'T-scores, and so P, are for women after the menopause and men of 50 and older';
  if (ageYears !== null && ageYears.value < YOUNGEST_YEARS) {
    return `${ageYears.source === 'header' ? 'The header says' : 'The reader states'} ${ageYears.value} years. ${applies}.`;
  }
  if (sex?.value === 'O') return `The header gives the sex as other. ${applies}.`;
  const missing = [...(sex === null ? ['sex'] : []), ...(ageYears === null ? ['age'] : [])];
  return missing.length > 0 ? `The header does not give ${missing.join(' and ')}; state ${missing.length > 1 ? 'them' : 'it'} in the bottom line if you know. ${applies}.` : null;
}
