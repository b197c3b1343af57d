import { describe, expect, it } from 'vitest';
import type { InternalTissues } from './internal-tissues.ts';
import { checkTissues } from './tissue-check.ts';

const reading = (medianHu: number) => ({ medianHu, sdHu: 12, areaMm2: 400 });
const level = (air: number, fat: number, muscle: number, blood: number): InternalTissues => ({ air: reading(air), fat: reading(fat), muscle: reading(muscle), blood: reading(blood) });
const verdicts = (found: readonly InternalTissues[], kvp: number | null = 120, contrast: boolean | null = null) => checkTissues(found, kvp, contrast).map(({ verdict }) => verdict);

describe('checkTissues', () => {
  it('finds the tissues of an unenhanced scan as expected', () => {
    expect(verdicts([level(-997, -101, 51, 42)])).toEqual(['as-expected', 'as-expected', 'as-expected', 'as-expected']);
  });

  it('takes the median over the levels, so that one odd level does not decide', () => {
    expect(verdicts([level(-997, -101, 51, 42), level(-996, -40, 52, 200), level(-998, -100, 49, 41)])).toEqual(['as-expected', 'as-expected', 'as-expected', 'as-expected']);
  });

  it('says lower, higher and not found', () => {
    expect(verdicts([{ air: null, fat: reading(-70), muscle: reading(12), blood: reading(62) }])).toEqual(['not-found', 'higher', 'lower', 'higher']);
    expect(verdicts([])).toEqual(['not-found', 'not-found', 'not-found', 'not-found']);
  });

  it('expects darker fat at a lower voltage', () => {
    const fat = checkTissues([level(-997, -125, 51, 42)], 80, null)[1];
    expect(fat).toMatchObject({ expectedHu: [-128, -98], verdict: 'as-expected' });
    expect(checkTissues([level(-997, -125, 51, 42)], 120, null)[1]?.verdict).toBe('lower');
  });

  it('expects bright blood where contrast was given, or shows in the aorta', () => {
    expect(verdicts([level(-997, -101, 68, 290)])).toEqual(['as-expected', 'as-expected', 'as-expected', 'as-expected']);
    expect(verdicts([level(-997, -101, 51, 42)], 120, true)[3]).toBe('lower');
  });
});
