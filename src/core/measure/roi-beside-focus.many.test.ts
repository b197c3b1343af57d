import { describe, expect, it } from 'vitest';
import { loadMeasuringCase, MANY_CASES, measuringCaseNames } from '#src/testing/measuring-cases.ts';
import { roiOfBody } from './body-roi.ts';
import { chooseRoi } from './choose-roi.ts';
import { median } from './doubts/focus.ts';
import { measureRoiAt, type Roi } from './roi.ts';

const FOCI = measuringCaseNames(MANY_CASES, 'focus');
const WITHOUT = (['plain', 'turned', 'thick', 'deformed'] as const).flatMap((kind) => measuringCaseNames(MANY_CASES, kind));

/** Errors of the usual and of the chosen region of a body, HU: against the simulator's own region without the lesion. Null without a fitted body. */
function errorsOf(name: string) {
  const { volume, truth } = loadMeasuringCase(MANY_CASES, name);
  const start = performance.now();
  const { roi, fit, source } = chooseRoi(volume, truth.pick, undefined);
  const ms = performance.now() - start;
  const usual = fit && roiOfBody(fit);
  if (!usual) return null;
  const errorOf = (region: Roi): number => {
    const measured = measureRoiAt(volume, region, 120);
    return measured.ok ? measured.value.meanHu - truth.handMeanHu : Number.NaN;
  };
  return { name, lesion: truth.lesion ?? 'none', isMoved: source === 'beside-focus', usual: errorOf(usual), chosen: errorOf(roi), roi, ms };
}

const found = (names: readonly string[]) => names.flatMap((name) => errorsOf(name) ?? []);
const within5 = (errors: readonly number[]): number => errors.filter((hu) => Math.abs(hu) <= 5).length;

describe.skipIf(FOCI.length === 0)(`regions beside the foci of many simulated bodies (skipped where ${MANY_CASES} is absent)`, () => {
  it.each([['the rule was made on', 0, 160], ['nothing was chosen on', 160, 320]] as const)('read closer to the body without the lesion: the 160 that %s', { timeout: 600_000 }, (label, from, to) => {
    const all = found(FOCI.slice(from, to));
    expect(all.length).toBeGreaterThan(150);
    process.stdout.write(`the 160 that ${label}\n`);
    for (const lesion of ['sclerotic', 'island', 'lytic', 'haemangioma']) {
      const of = all.filter((one) => one.lesion === lesion);
      const moved = of.filter(({ isMoved }) => isMoved);
      const [before, after] = [moved.map(({ usual }) => usual), moved.map(({ chosen }) => chosen)];
      const [sizeBefore, sizeAfter] = [median(before.map(Math.abs)), median(after.map(Math.abs))];
      process.stdout.write(`${lesion}: ${of.length} fitted, within 5 HU ${within5(of.map(({ usual }) => usual))} at the usual place, ${within5(of.map(({ chosen }) => chosen))} as chosen; ${moved.length} moved, median error ${median(before).toFixed(1)} and ${median(after).toFixed(1)}, median of sizes ${sizeBefore.toFixed(1)} and ${sizeAfter.toFixed(1)}, largest ${Math.max(...before.map(Math.abs)).toFixed(0)} and ${Math.max(...after.map(Math.abs)).toFixed(0)}, slowest ${Math.max(...of.map(({ ms }) => ms)).toFixed(0)} ms\n`);
      const isLytic = lesion === 'lytic';
      expect.soft(moved.length, lesion).toBeGreaterThanOrEqual(isLytic ? 0 : 5);
      if (!isLytic) expect.soft(sizeAfter, lesion).toBeLessThan(0.5 * sizeBefore);
      // By more than two careful regions of one body differ.
      expect.soft(moved.filter(({ usual, chosen }) => Math.abs(chosen) > Math.abs(usual) + 5).length, `${lesion}: worse`).toBeLessThanOrEqual(1);
    }
  });

  it('lie where they always do in bodies without a lesion', { timeout: 900_000 }, () => {
    const all = found(WITHOUT);
    const moved = all.filter(({ isMoved }) => isMoved);
    process.stdout.write(`${all.length} without a lesion: ${moved.length} moved; ${moved.map(({ name, usual, chosen }) => `${name} ${usual.toFixed(1)} to ${chosen.toFixed(1)}`).join(', ')}\n`);
    expect(all.length).toBeGreaterThan(600);
    expect(moved.length).toBeLessThanOrEqual(all.length / 200);
  });
});
