import type { BodyGrid } from './body-grid.ts';
import { DOUBT_LIMITS } from './limits.ts';

/** The largest connected part of a body that stands out; the mean is of its single samples, 0 where there is none. */
export type Focus = { readonly volumeMm3: number; readonly meanHu: number };

export type Foci = {
  /** Spread of single samples about the mean of their neighbours as an SD, HU; by the median deviation, so that a focus does not count. */
  readonly noiseHu: number;
  readonly dense: Focus;
  readonly loose: Focus;
  /** Share of the loose focus's samples that are fat. */
  readonly fatShare: number;
};

/** What stands out inside a body against its own median, so that contrast agent and voltage do not matter. */
export function findFoci(grid: BodyGrid): Foci {
  const { x, y, z, isKnown, hu, smoothHu, cellMm3 } = grid;
  const known = Array.from(isKnown.keys()).filter((index) => isKnown[index] === 1);
  if (known.length === 0) return { noiseHu: 0, dense: NOTHING, loose: NOTHING, fatShare: 0 };
  const at = (values: Float64Array, index: number): number => values[index] ?? 0;
  const middle = median(known.map((index) => at(hu, index)));
  const { dense, loose, vein, fatBelowHu } = DOUBT_LIMITS;
  const isVein = (n: number): boolean => Math.abs(at(x, n)) < vein.halfWidthMm && at(y, n) > vein.fromMm && Math.abs(at(z, n)) < vein.halfHeightMm;
  const densePart = largestPart(grid, (n) => Math.abs(at(z, n)) <= dense.halfHeightMm && at(smoothHu, n) > Math.max(middle + dense.aboveHu, dense.leastHu));
  const loosePart = largestPart(grid, (n) => !isVein(n) && middle - at(smoothHu, n) > loose.belowHu);
  const focus = (part: readonly number[]): Focus =>
    part.length === 0 ? NOTHING : { volumeMm3: part.length * cellMm3, meanHu: mean(part.map((index) => at(hu, index))) };
  return {
    noiseHu: SD_PER_MEDIAN_DEVIATION * median(known.map((index) => Math.abs(at(hu, index) - at(smoothHu, index)))),
    dense: focus(densePart),
    loose: focus(loosePart),
    fatShare: loosePart.filter((index) => at(hu, index) < fatBelowHu).length / Math.max(1, loosePart.length),
  };
}

/** Of a normal distribution. */
const SD_PER_MEDIAN_DEVIATION = 1.4826;
const NOTHING: Focus = { volumeMm3: 0, meanHu: 0 };

/** Indices of the largest part connected by faces. */
function largestPart({ size: [nx, ny, nz], isKnown }: BodyGrid, isIn: (index: number) => boolean): readonly number[] {
  const isOpen = Uint8Array.from(isKnown, (value, index) => (value === 1 && isIn(index) ? 1 : 0));
  let largest: readonly number[] = [];
  for (const [start, value] of isOpen.entries()) {
    if (value === 0) continue;
    const part = [start];
    isOpen[start] = 0;
    // The list grows while it is walked.
    for (const index of part) {
      const [i, j, k] = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
      const neighbours = [i > 0 ? index - 1 : -1, i < nx - 1 ? index + 1 : -1, j > 0 ? index - nx : -1, j < ny - 1 ? index + nx : -1, k > 0 ? index - nx * ny : -1, k < nz - 1 ? index + nx * ny : -1];
      for (const next of neighbours) {
        if (next < 0 || isOpen[next] !== 1) continue;
        isOpen[next] = 0;
        part.push(next);
      }
    }
    if (part.length > largest.length) largest = part;
  }
  return largest;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
