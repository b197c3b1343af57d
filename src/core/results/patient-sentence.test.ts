import { describe, expect, it } from 'vitest';
import { makeLevelResult, makeMeasurement, makeNetworkEstimate } from '#src/testing/synthetic-result.ts';
import { worldPoint } from '../geometry/spaces.ts';
import type { Level } from '../levels/level.ts';
import { findL1 } from './l1-attenuation.ts';
import type { LevelWarning } from './level-result.ts';
import { patientProbability } from './patient-probability.ts';
import { patientText } from './patient-sentence.ts';
import { RESEARCH_ONLY_STATEMENT, summarisePatient } from './report.ts';

function level(name: Level, vbmdMgCm3: number, chance = 0.5, warnings: readonly LevelWarning[] = []) {
  const device = { ...makeNetworkEstimate().devices[0], deviceId: 'x', osteoporosis: { value: chance, low: chance / 2, high: chance + 0.2 } } as ReturnType<typeof makeNetworkEstimate>['devices'][number];
  return makeLevelResult(name, { measurement: makeMeasurement({ vbmdMgCm3, meanHu: vbmdMgCm3 * 1.35 }), network: makeNetworkEstimate({ devices: [device] }), warnings });
}

function text(results: readonly ReturnType<typeof level>[], caveat: string | null = null, ownNetwork: string | null = null, names: string | null = null, placedRegions: readonly Level[] = []): string {
  return patientText({ summary: summarisePatient(results, []), l1: findL1(results, [], 120, { value: 70, source: 'header' }), probability: patientProbability(results, [], 'x'), deviceTitle: 'GE Lunar', tScoreCaveat: caveat, names, placedRegions, ownNetwork });
}

describe('patientProbability', () => {
  it('is the mean of L1 to L4 and of the ends of their intervals', () => {
    const results = [level('T12', 90, 0.99), level('L1', 90, 0.4), level('L3', 90, 0.6), level('L5', 90, 0.99)];
    expect(patientProbability(results, [], 'x')).toEqual({ estimate: { value: 0.5, low: 0.25, high: expect.closeTo(0.7, 9) as number }, levels: ['L1', 'L3'] });
  });

  it('leaves out refused, rejected and proposed levels, and needs two', () => {
    const strange = { code: 'out-of-distribution', effect: 'refuse', sentence: 'Strange.' } as const;
    const results = [level('L1', 90, 0.4), level('L2', 90, 0.9, [strange]), level('L3', 90, 0.6), level('L4', 90, 0.8)];
    const picks = (['L3', 'L4'] as const).map((name, index) => ({ level: name, centreLps: worldPoint(1, 2, 3), state: index === 0 ? 'rejected' : 'proposed' }) as const);
    expect(patientProbability(results, [], 'x')?.levels).toEqual(['L1', 'L3', 'L4']);
    expect(patientProbability(results, picks, 'x')).toBeNull();
    expect(patientProbability(results, [], 'another scale')).toBeNull();
  });

  it.each(['categories-differ', 'estimate-contradicts'])('leaves out probabilities that a density contradicts (%s)', (code) => {
    const contradicted = { code, effect: 'mark', sentence: 'Do not rely on it.' } as const;
    const results = [level('L1', 90, 0.4), level('L2', 84, 0.01, [contradicted]), level('L3', 90, 0.6)];
    expect(patientProbability(results, [], 'x')?.levels).toEqual(['L1', 'L3']);
    expect(patientProbability(results.slice(0, 2), [], 'x')).toBeNull();
  });
});

describe('patientText', () => {
  it('says how the levels got their names where the app counted them', () => {
    expect(text([level('L1', 70), level('L2', 74)], null, null, 'L1, L2 were named by a count.')).toContain(' L1, L2 were named by a count. ');
  });

  it('says whose measuring regions the reader placed', () => {
    const results = [level('L1', 70), level('L2', 74)];
    expect(text(results)).not.toContain('measuring region');
    expect(text(results, null, null, null, ['L2'])).toContain('The measuring region of L2 was placed by the reader.');
    expect(text(results, null, null, null, ['L1', 'L2'])).toContain('The measuring regions of L1, L2 were placed by the reader.');
  });

  it('gives the estimate, L1, the network and the advice, and always the statement', () => {
    const words = text([level('L1', 70), level('L2', 74)]);
    expect(words).toContain('Mean trabecular density of L1, L2 is 72 mg/cm³');
    expect(words).toContain('L1 measures 95 HU');
    expect(words).toContain('mean probability of 50 % (25–70) for a DXA T-score of −2.5 or lower (GE Lunar)');
    expect(words).toContain('compatible with low bone density; consider DXA and clinical assessment');
    expect(words.endsWith(RESEARCH_ONLY_STATEMENT)).toBe(true);
  });

  it('never says that anyone has a disease, and never rules it out', () => {
    for (const density of [40, 79, 81, 119, 140, 220]) {
      const words = text([level('L1', density), level('L2', density)]);
      expect(words).not.toMatch(/has osteoporosis|you have|is osteoporotic|no osteoporosis|excluded|healthy/i);
      expect(words).toContain('consider DXA');
      if (density > 120) expect(words).toContain('does not rule it out');
    }
  });

  it('says of a network of the user’s own that it is one, and nothing of where the bundled one was trained', () => {
    const own = text([level('L1', 70), level('L2', 74)], null, 'Clinic network 1.2.0');
    expect(own).toContain("A network of the user's own (Clinic network 1.2.0), not validated by OsteoLens, gives a mean probability of 50 %");
    expect(own).not.toContain('simulated');
    expect(text([level('L1', 70), level('L2', 74)])).toContain('A network trained on simulated CT gives');
  });

  it('leaves the T-score out where it does not apply', () => {
    expect(text([level('L1', 70), level('L2', 74)], 'The header says 34 years.')).not.toContain('T-score');
  });

  it('names the marks and their levels, and advises another examination where there is no estimate', () => {
    const spread = { code: 'roi-spread', effect: 'mark', sentence: 'The attenuation varies.' } as const;
    expect(text([level('L1', 70, 0.5, [spread]), level('L2', 74, 0.5, [spread])])).toContain('Marked: The attenuation varies. This');
    const high = (percent: number) => ({ code: 'height-high', effect: 'mark', sentence: `Higher by ${percent} %.` }) as const;
    expect(text([level('L1', 70, 0.5, [high(21), spread]), level('L2', 74, 0.5, [high(25), spread]), level('L3', 70, 0.5, [high(25)])]))
      .toContain('Marked: L1: Higher by 21 %. L1, L2: The attenuation varies. L2, L3: Higher by 25 %. This');
    expect(text([level('L1', 70)])).toContain('gives no usable estimate');
  });
});
