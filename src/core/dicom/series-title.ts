import { quotable } from '#src/lib/foreign-text.ts';
import type { Series } from './series.ts';

/** What a list calls the series, in the words of the sentences about it: its description, else its number, else its first file; and what sets it apart. */
export function seriesTitle({ description, label, slices: [first] }: Pick<Series, 'description' | 'label' | 'slices'>): string {
  const number = first?.seriesNumber ?? null;
  const name = quotable(description) || (number === null ? quotable(first?.fileName ?? '') : `Series ${number}`);
  return label === null ? name : `${name} (${label})`;
}
