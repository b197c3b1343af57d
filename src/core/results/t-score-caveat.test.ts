import { describe, expect, it } from 'vitest';
import { ageInYears, tScoreCaveat } from './t-score-caveat.ts';

describe('tScoreCaveat', () => {
  it('is silent for a woman or a man of 50 and older', () => {
    expect(tScoreCaveat('F', '066Y')).toBeNull();
    expect(tScoreCaveat('M', '050Y')).toBeNull();
  });

  it('names the age of somebody younger', () => {
    expect(tScoreCaveat('F', '049Y')).toContain('49 years');
  });

  it('names what the header does not give', () => {
    expect(tScoreCaveat(null, null)).toContain('sex and age');
    expect(tScoreCaveat('O', '071Y')).toContain('does not give sex.');
    expect(tScoreCaveat('F', '')).toContain('does not give age.');
  });

  it('reads ages in years only', () => {
    expect(ageInYears('007Y ')).toBe(7);
    expect(ageInYears('018M')).toBeNull();
  });
});
