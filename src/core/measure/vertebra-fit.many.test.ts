import { describe, expect, it } from 'vitest';
import { loadMeasuringCase, MANY_CASES, measuringCaseNames, type MeasuringTruth } from '#src/testing/measuring-cases.ts';
import { chooseRoi } from './choose-roi.ts';
import { measureRoi, measureRoiAt } from './roi.ts';
import type { VertebraFit } from './vertebra-fit.ts';

const PLAIN = measuringCaseNames(MANY_CASES, 'plain');
const DEFORMED = measuringCaseNames(MANY_CASES, 'deformed');
/** Above this a grade carries a mark. */
const THIN_MM = 3;

function spread(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

function heightErrors(fits: readonly { readonly fit: VertebraFit; readonly truth: MeasuringTruth }[]) {
  const of = (pick: (one: { fit: VertebraFit; truth: MeasuringTruth }) => number) => spread(fits.map(pick));
  return {
    anterior: of(({ fit, truth }) => fit.heightsMm.anterior - truth.anteriorMm),
    middle: of(({ fit, truth }) => fit.heightsMm.middle - truth.middleMm),
    posterior: of(({ fit, truth }) => fit.heightsMm.posterior - truth.posteriorMm),
  };
}

/** In text, so that a run with `--reporter=verbose` tells what the docs state. */
function say(label: string, value: unknown): void {
  process.stdout.write(`${label}: ${JSON.stringify(value, (_key, one: unknown) => (typeof one === 'number' ? Math.round(one * 100) / 100 : one))}\n`);
}

describe.skipIf(PLAIN.length === 0)(`measuring many simulated vertebrae (skipped where ${MANY_CASES} is absent)`, () => {
  it('agrees within 5 HU with a hand-placed region in 90 % of those without pathology, and knows their heights', { timeout: 600_000 }, () => {
    const found = PLAIN.map((name) => {
      const { volume, truth } = loadMeasuringCase(MANY_CASES, name);
      const { roi, fit } = chooseRoi(volume, truth.pick, undefined);
      const [own, fixed] = [measureRoiAt(volume, roi, 120), measureRoi(volume, truth.pick, 120)];
      const off = (measured: typeof own): number => (measured.ok ? Math.abs(measured.value.meanHu - truth.handMeanHu) : Number.POSITIVE_INFINITY);
      return { truth, fit, own: off(own), fixed: off(fixed) };
    });
    const share = (key: 'own' | 'fixed'): number => found.filter((one) => one[key] <= 5).length / found.length;
    const fitted = found.flatMap(({ fit, truth }) => (fit && truth.thicknessMm <= THIN_MM ? [{ fit, truth }] : []));
    say('within 5 HU, own and fixed region', [share('own'), share('fixed')]);
    say('fitted', found.filter(({ fit }) => fit !== null).length / found.length);
    const errors = heightErrors(fitted);
    say(`heights of ${fitted.length} at ${THIN_MM} mm and less, mm`, errors);
    expect(share('own')).toBeGreaterThanOrEqual(0.9);
    for (const { mean, sd } of Object.values(errors)) {
      expect(Math.abs(mean)).toBeLessThan(1.5);
      expect(sd).toBeLessThan(1.2);
    }
  });

  it.skipIf(DEFORMED.length === 0)('knows the heights of fractured bodies', { timeout: 600_000 }, () => {
    const fitted = DEFORMED.flatMap((name) => {
      const { volume, truth } = loadMeasuringCase(MANY_CASES, name);
      const { fit } = chooseRoi(volume, truth.pick, undefined);
      return fit && truth.thicknessMm <= THIN_MM ? [{ fit, truth }] : [];
    });
    const errors = heightErrors(fitted);
    say(`heights of ${fitted.length} fractured ones, mm`, errors);
    for (const { mean, sd } of Object.values(errors)) {
      expect(Math.abs(mean)).toBeLessThan(2);
      expect(sd).toBeLessThan(1.5);
    }
  });
});
