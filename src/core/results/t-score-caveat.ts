/** WHO T-scores are for women after the menopause and men from this age on; younger people have Z-scores (ISCD 2023, domain.md 2.1). */
const YOUNGEST_YEARS = 50;

/** PatientAge (AS, "066Y") in whole years; null where the header is silent or in another unit than years. */
export function ageInYears(patientAge: string | null): number | null {
  const match = /^(\d{3})Y$/.exec(patientAge?.trim() ?? '');
  return match ? Number(match[1]) : null;
}

/**
 * Why the probability, which is of a T-score, may not apply to this patient; null where it does.
 * @param patientSex PatientSex: M, F, O or nothing
 */
export function tScoreCaveat(patientSex: string | null, patientAge: string | null): string | null {
  const age = ageInYears(patientAge);
  const applies = 'T-scores, and so P, are for women after the menopause and men of 50 and older';
  if (age !== null && age < YOUNGEST_YEARS) return `The header says ${age} years. ${applies}.`;
  const missing = [...(patientSex === 'M' || patientSex === 'F' ? [] : ['sex']), ...(age === null ? ['age'] : [])];
  return missing.length > 0 ? `The header does not give ${missing.join(' and ')}. ${applies}.` : null;
}
