import { isLongEnough, type Stack } from './check-stack.ts';
import type { PartEnd, SeriesPart } from './series.ts';
import type { Cut } from './split-stack.ts';

/** The part that each run makes; null where it is too short to be opened. Slices and missing slices are counted through all runs. */
export function partsOf(runs: readonly Stack[], cuts: readonly Cut[]): readonly (SeriesPart | null)[] {
  const missing = cuts.map((cut) => cut.missing ?? 0);
  const before = runs.map((_, n) => sum(runs.slice(0, n).map((run) => run.slices.length)) + sum(missing.slice(0, n)));
  const totalSlices = sum(runs.map((run) => run.slices.length)) + sum(missing);
  const count = runs.filter(isLongEnough).length;
  const isReversed = countsDownwards(runs);
  return runs.map((run, n) => {
    if (!isLongEnough(run)) return null;
    const lowest = (before[n] ?? 0) + 1;
    const highest = lowest + run.slices.length - 1;
    const inOrder = runs.slice(0, n + 1).filter(isLongEnough).length;
    return {
      number: isReversed ? count + 1 - inOrder : inOrder,
      count,
      firstSlice: isReversed ? totalSlices + 1 - highest : lowest,
      lastSlice: isReversed ? totalSlices + 1 - lowest : highest,
      totalSlices,
      ends: [...endAt('first', cuts[n - 1]), ...endAt('last', cuts[n])],
    };
  });
}

function endAt(side: PartEnd['side'], cut: Cut | undefined): readonly PartEnd[] {
  return cut === undefined ? [] : [{ side, kind: cut.kind, missing: cut.missing }];
}

/** Whether the file numbers fall while the slices rise along the normal, as in most axial scans. */
function countsDownwards(runs: readonly Stack[]): boolean {
  const lowest = runs[0]?.slices[0]?.instanceNumber ?? 0;
  const highest = runs.at(-1)?.slices.at(-1)?.instanceNumber ?? 0;
  return lowest > highest;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
