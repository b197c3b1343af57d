import { MIN_SLICES } from '#src/core/dicom/check-stack.ts';
import { reduceSeries, slabAt, type SlabPlace } from '#src/core/dicom/reduce-series.ts';
import { seriesTitle } from '#src/core/dicom/series-title.ts';
import type { Series } from '#src/core/dicom/series.ts';
import type { MemoryNeed } from '#src/viewer/index.ts';

export type SizeChoice = 'every-second' | SlabPlace;

/** Asked before a series is opened that does not fit into memory. Lengths mm. */
export type SizeQuestion = {
  readonly title: string;
  readonly slices: number;
  readonly neededMegabytes: number;
  readonly maxMegabytes: number;
  /** Null where half of the slices do not fit either. */
  readonly everySecond: { readonly fromMm: number; readonly toMm: number; readonly thicknessMm: number | null } | null;
  /** Slices of a part at full resolution, and how far it reaches. */
  readonly slab: { readonly slices: number; readonly lengthMm: number };
};

/** Null where no part of it that makes three planes fits. */
export function sizeQuestion(series: Series, need: MemoryNeed): SizeQuestion | null {
  const { slices, grid, acquisition } = series;
  if (grid === null || need.maxSlices < MIN_SLICES) return null;
  const [, , mm] = grid.spacingMm;
  return {
    title: seriesTitle(series),
    slices: slices.length,
    neededMegabytes: need.neededMegabytes,
    maxMegabytes: need.maxMegabytes,
    everySecond: Math.ceil(slices.length / 2) > need.maxSlices ? null : { fromMm: mm, toMm: 2 * mm, thicknessMm: acquisition.sliceThicknessMm },
    slab: { slices: need.maxSlices, lengthMm: need.maxSlices * mm },
  };
}

export function reduceTo(series: Series, choice: SizeChoice, { maxSlices }: MemoryNeed): Series {
  if (choice === 'every-second') return reduceSeries(series, { kind: 'every-second' });
  if (series.grid === null) throw new Error('Only a series with a grid can be reduced.');
  return reduceSeries(series, slabAt(series.grid, choice, maxSlices));
}
