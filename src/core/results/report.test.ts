import { describe, expect, it } from 'vitest';
import { makeLevelResult, makeMeasurement } from '#src/testing/synthetic-result.ts';
import { worldPoint } from '../geometry/spaces.ts';
import type { Level } from '../levels/level.ts';
import type { LevelResult, LevelWarning } from './level-result.ts';
import { summarisePatient } from './report.ts';

function measured(level: Level, vbmdMgCm3: number | null, warnings: readonly LevelWarning[] = []): LevelResult {
  return makeLevelResult(level, { measurement: makeMeasurement({ vbmdMgCm3 }), warnings });
}

describe('summarisePatient', () => {
  it('takes the mean of the lumbar levels and leaves the thoracic out', () => {
    const summary = summarisePatient([measured('T12', 200), measured('L3', 70), measured('L1', 88)], []);
    expect(summary).toMatchObject({ status: 'evaluable', category: 'osteoporosis', levels: ['L1', 'L3'], meanVbmdMgCm3: 79 });
    expect(summary.sentence).toBe('Mean trabecular density of L1, L3 is 79 mg/cm³, below 80 mg/cm³, the range that the QCT convention calls osteoporosis.');
  });

  it('needs two lumbar levels', () => {
    expect(summarisePatient([], [])).toMatchObject({ status: 'not-evaluable', levels: [] });
    expect(summarisePatient([measured('T12', 90), measured('L1', 88)], [])).toMatchObject({ status: 'not-evaluable', levels: ['L1'] });
  });

  it('leaves out what a gate refused, dense material and what the reader rejected', () => {
    const refused = { code: 'metal-or-cement', effect: 'refuse', sentence: 'Metal.' } as const;
    const dense = { code: 'dense-material', effect: 'mark', sentence: 'Dense.' } as const;
    const results = [measured('L1', 100), measured('L2', 500, [refused]), measured('L3', 300, [dense]), measured('L4', 110), measured('L5', 90)];
    const rejected = { level: 'L5', centreLps: worldPoint(1, 2, 3), state: 'rejected' } as const;
    expect(summarisePatient(results, [rejected])).toMatchObject({ levels: ['L1', 'L4'], meanVbmdMgCm3: 105, category: 'low' });
  });

  it('leaves out a level whose body was not fitted, unless the reader placed its region', () => {
    const unfitted = (effect: 'mark' | 'note') => ({ code: 'no-fit', effect, sentence: 'Not found.' }) as const;
    const results = [measured('L1', 100), measured('L2', 160, [unfitted('mark')]), measured('L3', 90, [unfitted('note')])];
    expect(summarisePatient(results, [])).toMatchObject({ levels: ['L1', 'L3'], meanVbmdMgCm3: 95 });
  });

  it('keeps levels whose estimate alone was refused, and carries each mark once', () => {
    const strange = { code: 'out-of-distribution', effect: 'refuse', sentence: 'Strange.' } as const;
    const contrast = { code: 'contrast', effect: 'mark', sentence: 'Contrast.' } as const;
    const uneven = (percent: number) => ({ code: 'roi-spread', effect: 'mark', sentence: `Uneven by ${percent} %.` }) as const;
    const summary = summarisePatient([measured('L2', 140, [contrast, uneven(30)]), measured('L1', 130, [strange, contrast, uneven(20)])], []);
    const marks = [{ code: 'contrast', sentence: 'Contrast.', levels: ['L1', 'L2'] }, { code: 'roi-spread', sentence: 'Uneven by 20 %.', levels: ['L1'] }, { code: 'roi-spread', sentence: 'Uneven by 30 %.', levels: ['L2'] }];
    expect(summary).toMatchObject({ status: 'evaluable', category: 'normal', marks });
  });

  it('says that the tube voltage is what lacks', () => {
    const summary = summarisePatient([measured('L1', null), measured('L2', null)], []);
    expect(summary.status).toBe('not-evaluable');
    expect(summary.sentence).toContain('tube voltage');
  });

  it('waits for proposals to be confirmed, and says so', () => {
    const proposed = (level: Level) => ({ level, centreLps: worldPoint(1, 2, 3), state: 'proposed' }) as const;
    const results = [measured('L1', 100), measured('L2', 90)];
    expect(summarisePatient(results, [proposed('L1'), proposed('L2')])).toMatchObject({ status: 'not-evaluable', levels: [], sentence: expect.stringContaining('confirm') as string });
    expect(summarisePatient(results, [proposed('L1')])).toMatchObject({ status: 'not-evaluable', levels: ['L2'] });
  });

  it('carries the error of the conversion, names it, and says which category it also reaches', () => {
    const reading = (vbmdMgCm3: number, lowMgCm3: number, highMgCm3: number) => ({
      vbmdMgCm3, lowMgCm3, highMgCm3, contrast: { phase: 'arterial', riseMgCm3: [10, 10.7] }, method: { kind: 'tube-voltage', kvp: 120, kvpSource: 'reader', huPerMgCm3: 1.35 },
    }) as const;
    const level = (name: Level, density: ReturnType<typeof reading>) => makeLevelResult(name, { measurement: makeMeasurement({ vbmdMgCm3: density.vbmdMgCm3, density }) });
    const summary = summarisePatient([level('L1', reading(128, 104, 140)), level('L2', reading(126, 102, 139))], []);
    expect(summary).toMatchObject({ meanVbmdMgCm3: 127, lowMgCm3: 103, highMgCm3: 139.5, category: 'normal', alsoPossible: ['low'], contrastRiseMgCm3: [10, 10.7] });
    expect(summary).toMatchObject({ headline: 'Mean of L1, L2: 127 mg/cm³ (103 to 140), QCT: normal; its error reaches low bone mass.' });
    expect(summary.sentence).toBe('Mean trabecular density of L1, L2 is 127 mg/cm³ (103 to 140 with the expected error; by tube voltage, 120 kVp stated by the reader), above 120 mg/cm³, which the QCT convention calls normal; the error also reaches low bone mass.');
  });

  it('never speaks of a T-score', () => {
    expect(JSON.stringify(summarisePatient([measured('L1', 60), measured('L2', 61)], []))).not.toMatch(/t-score|T ≤/i);
  });
});
