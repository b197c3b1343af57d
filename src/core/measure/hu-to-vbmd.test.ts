import { describe, expect, it } from 'vitest';
import { huToVbmd, slopeAtKvp } from './hu-to-vbmd.ts';
import { qctCategory } from './qct-category.ts';

describe('huToVbmd', () => {
  it('divides by the slope of the tube voltage', () => {
    expect(huToVbmd(166, 80)).toBeCloseTo(100, 9);
    expect(huToVbmd(135, 120)).toBeCloseTo(100, 9);
    expect(huToVbmd(128, 140)).toBeCloseTo(100, 9);
  });

  it('interpolates between tabulated voltages', () => {
    expect(slopeAtKvp(110)).toBeCloseTo((1.46 + 1.35) / 2, 9);
    expect(slopeAtKvp(85)).toBeCloseTo(1.61, 9);
  });

  it('reproduces the published cohort factors against 120 kVp within 1 %', () => {
    expect(1.35 / (slopeAtKvp(100) ?? 0)).toBeCloseTo(0.927, 2);
    expect(1.35 / (slopeAtKvp(140) ?? 0)).toBeCloseTo(1.053, 2);
  });

  it.each([null, 0, 79.9, 140.1, Number.NaN])('gives no density at %s kVp', (kvp) => {
    expect(huToVbmd(150, kvp)).toBeNull();
  });
});

describe('qctCategory', () => {
  it.each([
    [120.01, 'normal'], [120, 'low'], [80, 'low'], [79.99, 'osteoporosis'], [-5, 'osteoporosis'],
  ] as const)('%d mg/cm³ is %s', (vbmd, category) => {
    expect(qctCategory(vbmd)).toBe(category);
  });
});
