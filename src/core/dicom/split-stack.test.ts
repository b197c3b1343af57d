import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { heightsOf, isLongEnough, isRegular, sortStack, type Stack } from './check-stack.ts';
import { splitStack } from './split-stack.ts';

const [template] = syntheticHeaders({ sizeVox: [9, 7, 1], origin: [3, -7, 0] });

/** Slices at these heights along an oblique normal. */
function stackAt(heights: readonly number[]): Stack {
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  if (template === undefined) throw new Error('No slice.');
  const slices = heights.map((mm) => ({ ...template, imageOrientationPatient: [1, 0, 0, 0, c, s] as const, imagePositionPatient: [3, -mm * s, mm * c] as const }));
  const stack = sortStack(slices);
  if (stack === null) throw new Error('No stack.');
  return stack;
}

function run(firstMm: number, stepMm: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => firstMm + k * stepMm);
}

function lengths(heights: readonly number[]): number[] {
  return splitStack(stackAt(heights)).runs.map(({ slices }) => slices.length);
}

describe('cutting a stack into runs of one slice distance', () => {
  test('should leave a regular stack and one with slices on each other whole', () => {
    expect(lengths(run(0, 1.25, 60))).toEqual([60]);
    expect(lengths([...run(0, 1.25, 60), 10, 20])).toEqual([62]);
  });

  test('should name a hole by the slices that are missing, or by none where it is no multiple', () => {
    const { runs, cuts } = splitStack(stackAt([...run(0, 1.25, 40), ...run(40 * 1.25 + 2.5, 1.25, 30), ...run(100.9, 1.25, 30)]));
    expect(runs.map(({ slices }) => slices.length)).toEqual([40, 30, 30]);
    expect(cuts.map(({ kind, missing }) => [kind, missing])).toEqual([['missing', 2], ['missing', null]]);
    expect([cuts[0]?.fromMm, cuts[0]?.toMm].map((mm) => mm?.toFixed(3))).toEqual(['48.750', '52.500']);
  });

  test('should give the slice between two distances to the longer run, and keep the step of a jump as the cut', () => {
    expect(lengths([...run(0, 4, 14), ...run(52 + 1.08, 7, 14)])).toEqual([14, 14]);
    expect(lengths([...run(0, 1, 40), ...run(39 + 3, 3, 30)])).toEqual([40, 30]);
    expect(lengths([...run(0, 3, 30), ...run(87 + 1, 1, 40)])).toEqual([29, 41]);
  });

  test('should leave a lone slice between two holes to itself', () => {
    expect(lengths([...run(0, 1, 40), 43, ...run(46, 1, 40)])).toEqual([40, 1, 40]);
  });

  test('should leave slices without any order whole', () => {
    expect(lengths(Array.from({ length: 60 }, (_, k) => 2 * k + 0.7 * Math.sin(k * k)))).toEqual([60]);
  });

  test('should, whatever is missing, keep every slice once, each usable run regular, and no run across a missing slice', () => {
    const spacing = constantFrom(0.7, 1, 2.5);
    assert(
      property(tuple(spacing, integer({ min: 60, max: 200 }), array(integer({ min: 1, max: 198 }), { maxLength: 5 })), ([stepMm, count, gone]) => {
        const left = Array.from({ length: count }, (_, k) => k).filter((k) => !gone.includes(k));
        const { runs } = splitStack(stackAt(left.map((k) => k * stepMm)));
        const found = runs.map((one) => heightsOf(one).map((mm) => Math.round(mm / stepMm)));
        expect(found.flat()).toEqual(left);
        if (runs.length === 1) return;
        for (const [n, one] of runs.entries()) {
          if (!isLongEnough(one)) continue;
          expect(isRegular(heightsOf(one))).toBe(true);
          const ks = found[n] ?? [];
          expect(ks.at(-1)).toBe((ks[0] ?? 0) + ks.length - 1);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
