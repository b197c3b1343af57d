import { describe, expect, it } from 'vitest';
import { describeExperts, expertName } from './expert-words.ts';

const even = [0.22, 0.25, 0.26, 0.27];
const unnamed = (level: number, device: number) => ({ name: null, varianceExplained: { kvp: 0.01, level, device } });
const gating = { vertebrae: 900, experts: [unnamed(0.46, 0.17), unnamed(0.67, 0.1), unnamed(0.58, 0.06), unnamed(0.64, 0.06)] };

describe('describeExperts', () => {
  it('says that near even shares are no choice, and nothing measured where nothing was', () => {
    expect(describeExperts(even, null)).toBe('The shares are near even (22 to 27 %): the experts answer together.');
    expect(describeExperts([0.1, 0.6, 0.2, 0.1], null)).toBe('The shares are 10 to 60 %.');
    expect(describeExperts(even, { vertebrae: 900, experts: [] })).toBe(describeExperts(even, null));
    expect(describeExperts(even, { vertebrae: 900, experts: [{ name: null, varianceExplained: {} }] })).toBe(describeExperts(even, null));
  });

  it('says what the shares were measured to follow', () => {
    expect(describeExperts([0.1, 0.6, 0.2, 0.1], gating)).toBe(
      'The shares are 10 to 60 %. On 900 simulated test vertebrae the vertebral level explains 46 to 67 % of how the shares move and the DXA scale at most 17 %; no share moves enough with one fact to earn its expert a name.',
    );
  });

  it('names an expert that earned it', () => {
    const named = { vertebrae: 400, experts: [{ name: 'device', varianceExplained: { level: 0.1, device: 0.9 } }, { name: null, varianceExplained: { level: 0.2, device: 0.7 } }] };
    expect(describeExperts([0.5, 0.5], named)).toContain('the DXA scale explains 70 to 90 % of how the shares move; named: expert 1 by the DXA scale.');
    expect([0, 1, 2].map((index) => expertName(named, index))).toEqual(['DXA scale', null, null]);
    expect(expertName(null, 0)).toBeNull();
  });
});
