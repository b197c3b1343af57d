import type { BodyGrid } from './body-grid.ts';

/** The largest connected part of a body that stands out; the mean is of its single samples, 0 where there is none. */
export type Focus = { readonly volumeMm3: number; readonly meanHu: number };

export const NOTHING: Focus = { volumeMm3: 0, meanHu: 0 };

export function focusOf({ hu, cellMm3 }: BodyGrid, part: readonly number[]): Focus {
  return part.length === 0 ? NOTHING : { volumeMm3: part.length * cellMm3, meanHu: mean(part.map((index) => hu[index] ?? 0)) };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
