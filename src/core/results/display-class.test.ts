import { describe, expect, it } from 'vitest';
import { makeLevelResult, makeNetworkEstimate } from '#src/testing/synthetic-result.ts';
import { displayClass } from './display-class.ts';

const contradiction = (code: string) => ({ code, effect: 'mark', sentence: 'Both cannot be right.' }) as const;

describe('displayClass', () => {
  it('is the likeliest class on the scale that was asked for', () => {
    expect(displayClass(makeLevelResult('L1', { network: makeNetworkEstimate(), warnings: [] }), 'hologic')).toBe('low');
    expect(displayClass(makeLevelResult('L1', { network: makeNetworkEstimate(), warnings: [] }), 'another')).toBe('unknown');
  });

  it.each(['categories-differ', 'estimate-contradicts'])('is unknown where density and class contradict each other (%s)', (code) => {
    expect(displayClass(makeLevelResult('L1', { network: makeNetworkEstimate(), warnings: [contradiction(code)] }), 'hologic')).toBe('unknown');
  });

  it('is unknown without an estimate', () => {
    expect(displayClass(makeLevelResult('L1', { network: null, warnings: [] }), 'hologic')).toBe('unknown');
  });
});
