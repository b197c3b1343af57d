import { checkSeries } from './check-series.ts';
import { groupSlices, type Duplicate } from './group-series.ts';
import type { Series, SliceHeader } from './series.ts';

/**
 * All series that the headers of one opening make, the likeliest to show T10 to L5 first, the refused ones last.
 * Every header is in exactly one series, unless it is a duplicate: those come back apart.
 */
export function makeSeriesList(headers: readonly SliceHeader[]): {
  readonly series: readonly Series[];
  readonly duplicates: readonly Duplicate[];
} {
  const { groups, duplicates } = groupSlices(headers);
  const series = groups.flatMap((group, index) => checkSeries(group, `s${index + 1}`));
  // Two refused series have the same score, minus infinity, whose difference is no number.
  return { series: series.toSorted((a, b) => (a.spineScore === b.spineScore ? 0 : b.spineScore - a.spineScore)), duplicates };
}
