import { describe, expect, it } from 'vitest';
import { loadMeasuringCase, MANY_CASES, measuringCaseNames, type MeasuringTruth } from '#src/testing/measuring-cases.ts';
import type { WorldVector } from '../geometry/spaces.ts';
import { dotOf } from '../geometry/vectors.ts';
import { chooseRoi } from './choose-roi.ts';
import { measureRoi, measureRoiAt } from './roi.ts';
import type { VertebraFit } from './vertebra-fit.ts';
import { isVertebraName } from '../levels/vertebra-name.ts';
import { USUAL_HEIGHTS_MM } from './expected-height.ts';
import { findHighHeight } from './high-height.ts';

const PLAIN = measuringCaseNames(MANY_CASES, 'plain');
const DEFORMED = measuringCaseNames(MANY_CASES, 'deformed');
const TURNED = measuringCaseNames(MANY_CASES, 'turned');
const THICK = measuringCaseNames(MANY_CASES, 'thick');
/** Above this a grade carries a mark. */
const THIN_MM = 3;
/** A body that is this much too high holds a disc; blurred over 5 mm, hollow endplates alone make the middle up to 5 mm too high. */
const DISC_MM = 6;
/** So much too high, a body holds part of something else. */
const TAKEN_MM = 5;

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

type Measured = { readonly name: string; readonly truth: MeasuringTruth; readonly fit: VertebraFit | null; readonly own: number; readonly fixed: number };

function measureAll(names: readonly string[]): readonly Measured[] {
  return names.map((name) => {
    const { volume, truth } = loadMeasuringCase(MANY_CASES, name);
    const { roi, fit } = chooseRoi(volume, truth.pick, undefined);
    const [own, fixed] = [measureRoiAt(volume, roi, 120), measureRoi(volume, truth.pick, 120)];
    const off = (measured: typeof own): number => (measured.ok ? Math.abs(measured.value.meanHu - truth.handMeanHu) : Number.POSITIVE_INFINITY);
    return { name, truth, fit, own: off(own), fixed: off(fixed) };
  });
}

const within5 = (found: readonly Measured[], key: 'own' | 'fixed' = 'own'): number => found.filter((one) => one[key] <= 5).length / found.length;
const fitted = (found: readonly Measured[], mostMm: number) => found.flatMap(({ fit, truth }) => (fit && truth.thicknessMm <= mostMm ? [{ fit, truth }] : []));

function expectHeights(found: readonly Measured[], label: string, most: { readonly mean: number; readonly sd: number }): void {
  const thin = fitted(found, THIN_MM);
  const errors = heightErrors(thin);
  say(`${label}: heights of ${thin.length} at ${THIN_MM} mm and less, mm`, errors);
  for (const { mean, sd } of Object.values(errors)) {
    expect(Math.abs(mean)).toBeLessThan(most.mean);
    expect(sd).toBeLessThan(most.sd);
  }
}

/** Degrees from the true left of a body to the fitted one, about the fitted axis. */
function turnError({ up, front, left }: VertebraFit, wanted: WorldVector): number {
  const across = wanted.map((one, n) => one - dotOf(wanted, up) * (up[n] ?? 0)) as unknown as WorldVector;
  return (Math.atan2(dotOf(across, front), dotOf(across, left)) * 180) / Math.PI;
}

/** The height of a body that is furthest above its truth, mm. */
function mostOff({ heightsMm }: VertebraFit, truth: MeasuringTruth): number {
  return Math.max(heightsMm.anterior - truth.anteriorMm, heightsMm.middle - truth.middleMm, heightsMm.posterior - truth.posteriorMm);
}

/** Judged beside two levels of the same person whose heights were read as they are. */
function isToldBesideSound(fit: VertebraFit, truth: MeasuringTruth): boolean {
  const usual = isVertebraName(truth.level) ? USUAL_HEIGHTS_MM[truth.level] : undefined;
  if (!usual || !isVertebraName(truth.level)) throw new Error(`${truth.level} has no usual height.`);
  const others = (['T11', 'T12', 'L3'] as const).filter((name) => name !== truth.level).map((level) => {
    const there = USUAL_HEIGHTS_MM[level] ?? usual;
    const heightsMm = { anterior: (there.anterior * truth.anteriorMm) / usual.anterior, middle: (there.middle * truth.middleMm) / usual.middle, posterior: (there.posterior * truth.posteriorMm) / usual.posterior };
    return { level, fit: { heightsMm } };
  });
  return findHighHeight(truth.level, fit, others) !== null;
}

describe.skipIf(PLAIN.length === 0)(`measuring many simulated vertebrae (skipped where ${MANY_CASES} is absent)`, () => {
  it.each([['the fit was made on', 0, 100], ['the fit was mended on', 100, 200], ['nothing was chosen on', 200, 300]] as const)(
    'agrees within 5 HU with a hand-placed region in nine of ten without pathology, and knows their heights: the hundred that %s', { timeout: 600_000 }, (label, from, to) => {
      const found = measureAll(PLAIN.slice(from, to));
      expect(found).toHaveLength(to - from);
      say(`${label}: within 5 HU, own and fixed region`, [within5(found), within5(found, 'fixed')]);
      say(`${label}: fitted`, fitted(found, Number.POSITIVE_INFINITY).length / found.length);
      say(`${label}: worst own, HU`, Math.max(...found.map(({ own }) => own)));
      expect(within5(found)).toBeGreaterThanOrEqual(0.9);
      expectHeights(found, label, { mean: 1.5, sd: 1.2 });
    },
  );

  it.skipIf(TURNED.length === 0)('knows how far a vertebra of a scoliotic spine is turned, and where its region lies', { timeout: 600_000 }, () => {
    const found = measureAll(TURNED);
    const errors = fitted(found, Number.POSITIVE_INFINITY).map(({ fit, truth }) => turnError(fit, truth.left ?? [1, 0, 0]));
    say('turned: within 5 HU, own and fixed region', [within5(found), within5(found, 'fixed')]);
    say(`turned: error of the turn of ${errors.length}, degrees`, { ...spread(errors), most: Math.max(...errors.map(Math.abs)) });
    expect(within5(found)).toBeGreaterThanOrEqual(0.9);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(5);
    expectHeights(found, 'turned', { mean: 1.5, sd: 1.4 });
  });

  it.skipIf(THICK.length === 0)('takes no neighbour into the body in slices of 5 mm, but for one in fifty', { timeout: 600_000 }, () => {
    const found = measureAll(THICK);
    const both = fitted(found, Number.POSITIVE_INFINITY);
    say('5 mm: within 5 HU, own and fixed region', [within5(found), within5(found, 'fixed')]);
    for (const part of [found.filter(({ fit }) => fit !== null), found.filter(({ fit }) => fit === null)]) {
      say(`5 mm, ${part[0]?.fit ? 'a body' : 'no body'}: how many, within 5 HU, worst`, [part.length, within5(part), Math.max(...part.map(({ own }) => own))]);
    }
    say(`5 mm: heights of ${both.length}, mm`, heightErrors(both));
    expect(within5(found)).toBeGreaterThanOrEqual(0.75);
    expect(both.filter(({ fit, truth }) => fit.heightsMm.middle - truth.middleMm > DISC_MM).length).toBeLessThanOrEqual(both.length / 50);
  });

  it.skipIf(THICK.length === 0)('tells bodies that were taken with something else by the other levels, in slices of 5 mm', { timeout: 600_000 }, () => {
    const found = fitted(measureAll(THICK), Number.POSITIVE_INFINITY).map(({ fit, truth }) => ({ off: mostOff(fit, truth), isTold: isToldBesideSound(fit, truth) }));
    const share = (part: typeof found): number => part.filter(({ isTold }) => isTold).length / part.length;
    const [worst, wrong, right] = [found.filter(({ off }) => off > DISC_MM), found.filter(({ off }) => off > TAKEN_MM), found.filter(({ off }) => off < TAKEN_MM / 2)];
    say('5 mm: share told as too high of those more than 6 mm, more than 5 mm and less than 2.5 mm too high', [worst, wrong, right].map((part) => [share(part), part.length]));
    expect(wrong.length).toBeGreaterThan(0);
    expect(share(wrong)).toBeGreaterThan(0.6);
    expect(share(right)).toBe(0);
  });

  it.skipIf(DEFORMED.length === 0)('knows the heights of fractured bodies', { timeout: 600_000 }, () => {
    expectHeights(measureAll(DEFORMED), 'fractured', { mean: 2, sd: 1.5 });
  });
});
