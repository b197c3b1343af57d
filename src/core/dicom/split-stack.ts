import { heightsOf, isLongEnough, isRegular, spacingTolerance, stepsOf, type Stack } from './check-stack.ts';
import { SAME_POSITION_MM } from './group-series.ts';
import { median } from './slice-geometry.ts';

/** A step longer than this many spacings is a hole, not an uneven step. */
const HOLE_STEPS = 1.5;
/** A hole further than this share of the spacing from a whole number of steps is not filled by whole slices. */
const OFF_MULTIPLE_SHARE = 0.25;
/** With more cuts than this share of the steps, or less than half of the slices in usable runs, the spacing is not regular at all. */
const MAX_CUT_SHARE = 0.1;
const MIN_SHARE_IN_RUNS = 0.5;

/** Why a stack does not go on from one run to the next. */
export type Cut = {
  readonly kind: 'missing' | 'spacing';
  /** Positions along the normal of the slices on both sides, mm. */
  readonly fromMm: number;
  readonly toMm: number;
  /** Slices that would fill a hole; null where its length is no multiple of the spacing, 0 where nothing is missing. */
  readonly missing: number | null;
  /** Slice distance below and above, mm; null for a lone slice. */
  readonly spacingsMm: readonly [number | null, number | null];
};

/** Consecutive runs of one slice distance each, lowest first; `cuts[n]` lies between `runs[n]` and `runs[n + 1]`. */
export type Runs = { readonly runs: readonly Stack[]; readonly cuts: readonly Cut[] };

/**
 * Cuts a sorted stack into runs of one slice distance. It stays whole where it is regular, where slices lie on each other, and where
 * no cutting makes it regular: check-stack then says what is wrong.
 */
export function splitStack(stack: Stack): Runs {
  const heights = heightsOf(stack);
  const steps = stepsOf(heights);
  const whole: Runs = { runs: [stack], cuts: [] };
  if (steps.length < 2 || isRegular(heights) || steps.some((step) => step < SAME_POSITION_MM)) return whole;
  const starts = startsOfRuns(steps);
  if (starts.length === 1 || starts.length - 1 > Math.max(1, MAX_CUT_SHARE * steps.length)) return whole;
  const runs = starts.map((start, n) => ({ axes: stack.axes, slices: stack.slices.slice(start, starts[n + 1]) }));
  const inRuns = runs.filter(isLongEnough).reduce((sum, run) => sum + run.slices.length, 0);
  if (inRuns < MIN_SHARE_IN_RUNS * heights.length) return whole;
  const cuts = starts.slice(1).map((start, n) => cutAt(heights, start, spacingOfRun(runs[n]), spacingOfRun(runs[n + 1])));
  return { runs, cuts };
}

/** Index of the first slice of each run. A slice between two distances goes to the longer run, or to the denser of two equal ones. */
function startsOfRuns(steps: readonly number[]): readonly number[] {
  const groups = groupSteps(steps).toSorted((a, b) => b.count - a.count || a.stepMm - b.stepMm);
  const owner: (number | null)[] = Array.from({ length: steps.length + 1 }, () => null);
  groups.forEach(({ first, count }, group) => {
    for (let slice = first; slice <= first + count; slice += 1) owner[slice] ??= group;
  });
  return owner.flatMap((group, slice) => (slice === 0 || group !== owner[slice - 1] ? [slice] : []));
}

type StepGroup = { readonly first: number; readonly count: number; readonly stepMm: number };

/** Neighbouring steps of one class: classes are at most as wide as the tolerance to both sides of their middle. */
function groupSteps(steps: readonly number[]): readonly StepGroup[] {
  const bounds: number[] = [];
  for (const step of steps.toSorted((a, b) => a - b)) {
    const lowest = bounds.at(-1);
    if (lowest === undefined || step > lowest + 2 * spacingTolerance(lowest)) bounds.push(step);
  }
  const classOf = (step: number): number => bounds.findLastIndex((lowest) => lowest <= step);
  const starts = steps.flatMap((step, n) => (n === 0 || classOf(step) !== classOf(steps[n - 1] ?? step) ? [n] : []));
  return starts.map((first, n) => {
    const group = steps.slice(first, starts[n + 1]);
    return { first, count: group.length, stepMm: median(group) };
  });
}

/** A lone slice has no distance of its own. */
function spacingOfRun(run: Stack | undefined): number | null {
  return run === undefined || run.slices.length < 2 ? null : median(stepsOf(heightsOf(run)));
}

function cutAt(heights: readonly number[], start: number, below: number | null, above: number | null): Cut {
  const [fromMm, toMm] = [heights[start - 1] ?? 0, heights[start] ?? 0];
  const step = toMm - fromMm;
  const spacingsMm = [below, above] as const;
  const spacings = spacingsMm.filter((spacing) => spacing !== null);
  const widest = Math.max(...spacings);
  if (spacings.length === 0 || !(step > HOLE_STEPS * widest)) return { kind: 'spacing', fromMm, toMm, missing: 0, spacingsMm };
  const narrowest = Math.min(...spacings);
  const multiple = Math.round(step / narrowest);
  const allowed = Math.min(multiple * spacingTolerance(narrowest), OFF_MULTIPLE_SHARE * narrowest);
  const isMultiple = widest - narrowest <= spacingTolerance(narrowest) && Math.abs(step - multiple * narrowest) <= allowed;
  return { kind: 'missing', fromMm, toMm, missing: isMultiple ? multiple - 1 : null, spacingsMm };
}
