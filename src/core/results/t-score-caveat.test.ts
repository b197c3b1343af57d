import { describe, expect, it } from 'vitest';
import { NOTHING_STATED, patientFactsOf, type PatientSex } from '../measure/stated-facts.ts';
import { tScoreCaveat } from './t-score-caveat.ts';

const ofHeader = (sex: PatientSex | null, ageYears: number | null) => tScoreCaveat(patientFactsOf({ kvp: null, contrast: null, ageYears, sex }, NOTHING_STATED));

describe('tScoreCaveat', () => {
  it('is silent for a woman or a man of 50 and older', () => {
    expect(ofHeader('F', 66)).toBeNull();
    expect(ofHeader('M', 50)).toBeNull();
  });

  it('names the age of somebody younger, and who says it', () => {
    expect(ofHeader('F', 49)).toContain('The header says 49 years.');
    const stated = patientFactsOf({ kvp: null, contrast: null, ageYears: null, sex: 'F' }, { ...NOTHING_STATED, ageYears: 41 });
    expect(tScoreCaveat(stated)).toContain('The reader states 41 years.');
  });

  it('names what nobody gives, and where to state it', () => {
    expect(ofHeader(null, null)).toContain('does not give sex and age; state them in the bottom line');
    expect(ofHeader('F', null)).toContain('does not give age; state it in');
    expect(ofHeader('O', 71)).toContain('gives the sex as other');
  });

  it('is silent where the reader states sex and age', () => {
    const stated = patientFactsOf({ kvp: null, contrast: null, ageYears: null, sex: null }, { ...NOTHING_STATED, ageYears: 66, sex: 'M' });
    expect(tScoreCaveat(stated)).toBeNull();
  });
});
