import { describe, expect, it } from 'vitest';
import { effectiveStatement, headerFactsOf, NOTHING_STATED, patientFactsOf, readStatedAge, withStatedFacts, type StatedFacts } from './stated-facts.ts';

const silent = { kvp: null, sliceThicknessMm: 3, kernel: 'B', contrast: null };
const speaking = { kvp: 100, sliceThicknessMm: 3, kernel: 'B', contrast: true };
const stated: StatedFacts = { kvp: 120, contrast: false, ageYears: 71, sex: 'F' };
const silentHeader = { kvp: null, contrast: null, ageYears: null, sex: null };
const speakingHeader = { kvp: 100, contrast: true, ageYears: 43, sex: 'M' } as const;

describe('stated facts', () => {
  it('fill in what the header does not say', () => {
    expect(withStatedFacts(silent, stated)).toEqual({ ...silent, kvp: 120, contrast: false });
    expect(effectiveStatement(silentHeader, stated)).toEqual(stated);
    expect(patientFactsOf(silentHeader, stated)).toEqual({ ageYears: { value: 71, source: 'reader' }, sex: { value: 'F', source: 'reader' } });
  });

  it('never overrule the header', () => {
    expect(withStatedFacts(speaking, stated)).toEqual(speaking);
    expect(effectiveStatement(speakingHeader, stated)).toBeNull();
    expect(effectiveStatement({ ...silentHeader, kvp: 80, ageYears: 43 }, stated)).toEqual({ kvp: null, contrast: false, ageYears: null, sex: 'F' });
    expect(patientFactsOf(speakingHeader, stated)).toEqual({ ageYears: { value: 43, source: 'header' }, sex: { value: 'M', source: 'header' } });
  });

  it('leave unknown what nobody says', () => {
    expect(withStatedFacts(silent, NOTHING_STATED)).toEqual(silent);
    expect(effectiveStatement(silentHeader, NOTHING_STATED)).toBeNull();
    expect(patientFactsOf(silentHeader, NOTHING_STATED)).toEqual({ ageYears: null, sex: null });
  });

  it('stand beside what the header says of the patient', () => {
    const of = (patientAge: string | null, patientSex: string | null) => headerFactsOf({ acquisition: silent, slices: [{ patientAge, patientSex }] } as never);
    expect(of('071Y', 'F ')).toMatchObject({ ageYears: 71, sex: 'F' });
    expect(of(null, '')).toMatchObject({ ageYears: null, sex: null });
    expect(of('011M', 'O')).toMatchObject({ ageYears: 0, sex: 'O' });
  });

  it.each([['18', 18], [' 110 ', 110], ['17', null], ['111', null], ['6o', null], ['66.5', null], ['', null], ['0x20', null]])('read the age %j as %s', (typed, years) => {
    expect(readStatedAge(typed)).toBe(years);
  });
});
