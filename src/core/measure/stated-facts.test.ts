import { describe, expect, it } from 'vitest';
import { effectiveStatement, NOTHING_STATED, withStatedFacts } from './stated-facts.ts';

const silent = { kvp: null, sliceThicknessMm: 3, kernel: 'B', contrast: null };
const speaking = { kvp: 100, sliceThicknessMm: 3, kernel: 'B', contrast: true };
const stated = { kvp: 120, contrast: false };

describe('stated facts', () => {
  it('fill in what the header does not say', () => {
    expect(withStatedFacts(silent, stated)).toEqual({ ...silent, kvp: 120, contrast: false });
    expect(effectiveStatement(silent, stated)).toEqual(stated);
  });

  it('never overrule the header', () => {
    expect(withStatedFacts(speaking, stated)).toEqual(speaking);
    expect(effectiveStatement(speaking, stated)).toBeNull();
    expect(effectiveStatement({ ...silent, kvp: 80 }, stated)).toEqual({ kvp: null, contrast: false });
  });

  it('leave unknown what nobody says', () => {
    expect(withStatedFacts(silent, NOTHING_STATED)).toEqual(silent);
    expect(effectiveStatement(silent, NOTHING_STATED)).toBeNull();
  });
});
