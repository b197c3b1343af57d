import type { Roi } from '../roi.ts';
import { isInVein, type BodyGrid } from './body-grid.ts';
import { largestPart } from './connected-part.ts';
import { focusOf, median, NOTHING, type Focus } from './focus.ts';
import { findHole, NO_HOLE, type Hole } from './hole.ts';
import { DOUBT_LIMITS } from './limits.ts';
import { samplesInRegion } from './region-without.ts';

export type Foci = {
  /** By {@link noiseOf}. */
  readonly noiseHu: number;
  readonly dense: Focus;
  readonly loose: Focus;
  /** Share of the loose focus's samples that are fat. */
  readonly fatShare: number;
  readonly hole: Hole;
};

/** Samples of a body's grid that stand out together. */
export type FociParts = {
  readonly dense: readonly number[];
  readonly loose: readonly number[];
  /** Of the loose part. */
  readonly fatShare: number;
};

/**
 * What stands out inside a body against its own median, so that contrast agent and voltage do not matter.
 * @param roi where it is measured, null where it is not
 */
export function findFoci(grid: BodyGrid, roi: Roi | null): Foci {
  if (!grid.isKnown.includes(1)) return { noiseHu: 0, dense: NOTHING, loose: NOTHING, fatShare: 0, hole: NO_HOLE };
  const isInRegion = roi === null ? null : samplesInRegion(grid, roi);
  const { dense, loose, fatShare } = findParts(grid);
  const noiseHu = noiseOf(grid);
  return {
    noiseHu,
    dense: focusOf(grid, dense, isInRegion),
    loose: focusOf(grid, loose, isInRegion),
    fatShare,
    hole: findHole(grid, noiseHu, isInRegion),
  };
}

/** The largest connected parts that are far denser and far less dense than the body's median. */
export function findParts(grid: BodyGrid): FociParts {
  const { z, hu, smoothHu } = grid;
  const at = (values: Float64Array, index: number): number => values[index] ?? 0;
  const middle = median(knownOf(grid).map((index) => at(hu, index)));
  const { dense, loose, fatBelowHu } = DOUBT_LIMITS;
  const densePart = largestPart(grid, (n) => Math.abs(at(z, n)) <= dense.halfHeightMm && at(smoothHu, n) > Math.max(middle + dense.aboveHu, dense.leastHu));
  const loosePart = largestPart(grid, (n) => !isInVein(grid, n, DOUBT_LIMITS.vein.halfHeightMm) && middle - at(smoothHu, n) > loose.belowHu);
  return { dense: densePart, loose: loosePart, fatShare: loosePart.filter((index) => at(hu, index) < fatBelowHu).length / Math.max(1, loosePart.length) };
}

/** Spread of single samples about the mean of their neighbours as an SD, HU; by the median deviation, so that a focus does not count. */
export function noiseOf(grid: BodyGrid): number {
  return SD_PER_MEDIAN_DEVIATION * median(knownOf(grid).map((index) => Math.abs((grid.hu[index] ?? 0) - (grid.smoothHu[index] ?? 0))));
}

function knownOf({ isKnown }: BodyGrid): readonly number[] {
  return Array.from(isKnown.keys()).filter((index) => isKnown[index] === 1);
}

/** Of a normal distribution. */
const SD_PER_MEDIAN_DEVIATION = 1.4826;
