import { indexToWorld, stepVectors } from '../geometry/affine.ts';
import { voxelIndex } from '../geometry/spaces.ts';
import { plural } from './check-stack.ts';
import type { Reduction, Series, SeriesGrid, SeriesPart, SeriesProblem, SliceHeader } from './series.ts';

/**
 * The series with fewer slices, on the part of the same grid where they lie: every number that follows from geometry stays right, only
 * the samples are fewer. Keeps the id. Says in a note what is left out.
 * @param series with a grid
 */
export function reduceSeries(series: Series, reduction: Reduction): Series {
  const { grid } = series;
  if (grid === null) throw new Error('Only a series with a grid can be reduced.');
  const { from, step, count } = chosenSlices(grid, reduction);
  const slices = series.slices.filter((_slice, k) => k >= from && (k - from) % step === 0 && k <= from + step * (count - 1));
  return { ...series, slices, grid: subGrid(grid, from, step, count), part: partOf(series, reduction), reduction, problems: [...series.problems, noteOf(series.slices, grid, reduction)] };
}

/** A slab that stops short of the end of a part does not meet the hole there. */
function partOf({ part, slices }: Series, reduction: Reduction): SeriesPart | null {
  if (part === null || reduction.kind !== 'slab') return part;
  return { ...part, ends: part.ends.filter(({ side }) => (side === 'first' ? reduction.from === 0 : reduction.to === slices.length - 1)) };
}

/** Slices in each reduction. The straight slice of a tilted scan stays one of every second, so that its shift needs no rounding. */
function chosenSlices({ sizeVox: [, , total], shear }: SeriesGrid, reduction: Reduction): { readonly from: number; readonly step: number; readonly count: number } {
  if (reduction.kind === 'slab') return { from: reduction.from, step: 1, count: reduction.to - reduction.from + 1 };
  const from = (shear?.straightSlice ?? 0) % 2;
  return { from, step: 2, count: Math.ceil((total - from) / 2) };
}

function subGrid({ sizeVox, spacingMm, indexToWorld: affine, shear }: SeriesGrid, from: number, step: number, count: number): SeriesGrid {
  const origin = indexToWorld(affine, voxelIndex(0, 0, from));
  const part = {
    sizeVox: [sizeVox[0], sizeVox[1], count] as const,
    spacingMm: [spacingMm[0], spacingMm[1], spacingMm[2] * step] as const,
    // Row-major: the third column is the step along k, the fourth the place of voxel (0, 0, 0).
    indexToWorld: affine.map((value, n) => (n >= 12 ? value : n % 4 === 2 ? value * step : n % 4 === 3 ? (origin[Math.floor(n / 4)] ?? value) : value)),
  };
  if (shear === undefined) return part;
  const pixelsPerSlice = [shear.pixelsPerSlice[0] * step, shear.pixelsPerSlice[1] * step] as const;
  return { ...part, shear: { pixelsPerSlice, straightSlice: (shear.straightSlice - from) / step } };
}

function noteOf(slices: readonly SliceHeader[], { spacingMm: [, , mm] }: SeriesGrid, reduction: Reduction): SeriesProblem {
  if (reduction.kind === 'every-second') {
    const sentence = `Only every second slice is open, because the whole series does not fit into memory: slices lie ${formatMm(2 * mm)} instead of ${formatMm(mm)} mm apart and each measurement samples half of them.`;
    return { code: 'every-second-slice', effect: 'note', sentence };
  }
  const outside = slices.length - (reduction.to - reduction.from + 1);
  const sentence = `Only a part of the series is open, because the whole does not fit into memory: ${plural(outside, 'slice')} outside (${formatMm(outside * mm)} mm) cannot be seen or measured.`;
  return { code: 'part-of-slices', effect: 'note', sentence };
}

/** Where along the patient a part may lie; a series that is not axial has `first`, `middle` and `last` slices all the same. */
export type SlabPlace = 'head' | 'middle' | 'feet';

/** As many slices as fit, at the head's, the middle or the feet's end of the scan. */
export function slabAt({ sizeVox: [, , total], indexToWorld: affine }: SeriesGrid, place: SlabPlace, maxSlices: number): Reduction {
  const count = Math.min(total, maxSlices);
  const [, , [, , up]] = stepVectors(affine);
  const isAtLast = place === 'head' ? up > 0 : up <= 0;
  const from = place === 'middle' ? Math.floor((total - count) / 2) : isAtLast ? total - count : 0;
  return { kind: 'slab', from, to: from + count - 1 };
}

function formatMm(value: number): string {
  return String(Math.round(value * 100) / 100);
}
