import type { BodyGrid } from './body-grid.ts';
import { regionWithout } from './region-without.ts';

/** The largest connected part of a body that stands out. */
export type Focus = {
  readonly volumeMm3: number;
  /** Of its single samples, 0 where there is none. */
  readonly meanHu: number;
  /** What the measured region reads without it; null where that is nearly the same, and without a region (region-without.ts). */
  readonly withoutHu: number | null;
};

export const NOTHING: Focus = { volumeMm3: 0, meanHu: 0, withoutHu: null };

/** @param isInRegion samples of the measured region, null without one */
export function focusOf(grid: BodyGrid, part: readonly number[], isInRegion: Uint8Array | null): Focus {
  if (part.length === 0) return NOTHING;
  const withoutHu = isInRegion === null ? null : regionWithout(grid, part, isInRegion);
  return { volumeMm3: part.length * grid.cellMm3, meanHu: mean(part.map((index) => grid.hu[index] ?? 0)), withoutHu };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}
