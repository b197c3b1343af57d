import { describe, expect, it } from 'vitest';
import { makeLevelResult, makeNetworkEstimate } from '#src/testing/synthetic-result.ts';
import { displayClass } from './display-class.ts';

const contradiction = { code: 'categories-differ', effect: 'mark', sentence: 'Both cannot be right.' } as const;

describe('displayClass', () => {
  it('is the likeliest class on the scale that was asked for', () => {
    expect(displayClass(makeLevelResult('L1', { network: makeNetworkEstimate(), warnings: [] }), 'hologic')).toBe('low');
    expect(displayClass(makeLevelResult('L1', { network: makeNetworkEstimate(), warnings: [] }), 'another')).toBe('unknown');
  });

  it('is unknown where density and class contradict each other', () => {
    expect(displayClass(makeLevelResult('L1', { network: makeNetworkEstimate(), warnings: [contradiction] }), 'hologic')).toBe('unknown');
  });

  it('is unknown without an estimate', () => {
    expect(displayClass(makeLevelResult('L1', { network: null, warnings: [] }), 'hologic')).toBe('unknown');
  });
});
