import { describe, expect, it } from 'vitest';
import { formatArealDensity, formatProbability, formatProbabilityInterval } from './format.ts';

describe('format', () => {
  it('never claims 0 or 100 %', () => {
    expect(formatProbability(0)).toBe('<1 %');
    expect(formatProbability(1)).toBe('>99 %');
    expect(formatProbability(0.154)).toBe('15 %');
  });

  it('writes an interval by its bounds, and one bound where both read the same', () => {
    expect(formatProbabilityInterval({ value: 0.15, low: 0.078, high: 0.281 })).toBe('8–28');
    expect(formatProbabilityInterval({ value: 0.01, low: 0.002, high: 0.03 })).toBe('<1–3');
    expect(formatProbabilityInterval({ value: 0.001, low: 0.0001, high: 0.004 })).toBe('<1');
    expect(formatProbabilityInterval({ value: 0.99, low: 0.97, high: 0.999 })).toBe('97–>99');
  });

  it('writes areal density in the digits of its unit', () => {
    expect(formatArealDensity(1.08949, 'g/cm2')).toBe('1.089');
    expect(formatArealDensity(956.63, 'mg/cm2')).toBe('957');
  });
});
