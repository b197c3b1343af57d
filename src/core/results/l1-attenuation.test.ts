import { describe, expect, it } from 'vitest';
import { makeLevelResult, makeMeasurement } from '#src/testing/synthetic-result.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { findL1, normativeL1 } from './l1-attenuation.ts';

const header = (value: number) => ({ value, source: 'header' }) as const;
const l1 = (meanHu: number) => [makeLevelResult('L2', { measurement: makeMeasurement({ meanHu: 999 }) }), makeLevelResult('L1', { measurement: makeMeasurement({ meanHu }) })];

describe('normativeL1', () => {
  it('has the published means and spreads of the youngest and the oldest, and a straight line between', () => {
    expect(normativeL1(25)).toEqual({ meanHu: 226, sdHu: 44 });
    expect(normativeL1(92)).toEqual({ meanHu: 89, sdHu: 38 });
    expect(normativeL1(58.5)).toEqual({ meanHu: 157.5, sdHu: 41 });
    expect(normativeL1(19)).toEqual(normativeL1(25));
  });

  it('departs by no more than 16 HU from the published slope through its middle', () => {
    for (const age of [25, 40, 70, 92]) expect(Math.abs(normativeL1(age).meanHu - (157.5 - 2.5 * (age - 58.5))), `at ${age}`).toBeLessThan(16);
  });
});

describe('findL1', () => {
  it.each([
    [110, 'at or below 110 HU'], [111, 'between 110 HU'], [160, 'between 110 HU'], [161, 'above 160 HU'],
  ])('puts %d HU at 120 kVp where the cut-offs say', (meanHu, words) => {
    expect(findL1(l1(meanHu), [], 120, null)).toMatchObject({ status: 'found', sentences: [expect.stringContaining(words)] });
  });

  it('turns another voltage into 120 kVp by the published factor, and says both', () => {
    const found = findL1(l1(118), [], 100, null);
    expect(found).toMatchObject({ meanHu: 118, at120KvpHu: expect.closeTo(118 * 0.9247, 1) as number, sentences: [expect.stringContaining('118 HU at 100 kVp, about 109 HU at 120 kVp: at or below 110 HU')] });
  });

  it('compares with age where it is known', () => {
    expect(findL1(l1(100), [], 120, header(66))).toMatchObject({ sentences: [expect.anything(), 'That is 1.0 SD below the published mean for 66 years (142 HU, SD 40).'] });
    expect(findL1(l1(250), [], 120, header(25))).toMatchObject({ sentences: [expect.anything(), expect.stringContaining('0.5 SD above')] });
  });

  it('says that an age was stated by the reader', () => {
    const found = findL1(l1(100), [], 120, { value: 66, source: 'reader' });
    expect(found).toMatchObject({ ageYears: { value: 66 }, sentences: [expect.anything(), 'That is 1.0 SD below the published mean for 66 years, the age stated by the reader (142 HU, SD 40).'] });
  });

  it('compares nobody under 18 with adults', () => {
    expect(findL1(l1(200), [], 120, header(7))).toMatchObject({ ageYears: null, sentences: [expect.anything(), 'The published means by age are of adults, and this patient is under 18.'] });
  });

  it('says why there is nothing to compare', () => {
    const rejected = { level: 'L1', centreLps: worldPoint(1, 2, 3), state: 'rejected' } as const;
    const refused = makeLevelResult('L1', { warnings: [{ code: 'metal-or-cement', effect: 'refuse', sentence: 'Metal.' }] });
    expect(findL1(l1(100), [rejected], 120, null)).toMatchObject({ status: 'none', sentence: expect.stringContaining('not measured here') as string });
    expect(findL1(l1(100), [{ ...rejected, state: 'proposed' }], 120, null)).toMatchObject({ status: 'none', sentence: expect.stringContaining('not confirmed yet') as string });
    expect(findL1([refused], [], 120, null)).toMatchObject({ status: 'none', sentence: expect.stringContaining('see the doubts about it') as string });
    expect(findL1(l1(100), [], null, null)).toMatchObject({ status: 'none', sentence: expect.stringContaining('tube voltage') as string });
  });
});
