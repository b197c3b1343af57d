import { BASELINE } from './pages.mjs';

/** What is compared; less is better in each. */
export const MEASURES = [
  { key: 'firstImageMs', title: 'first image', unit: 's', of: (round) => round.firstImageMs / 1000 },
  { key: 'completeMs', title: 'all planes', unit: 's', of: (round) => round.completeMs / 1000 },
  { key: 'peakMb', title: 'peak memory until then', unit: 'MB', of: (round) => round.memoryPeak?.sumMb ?? null },
  { key: 'laterMb', title: 'peak memory 6 s on', unit: 'MB', of: (round) => round.memoryPeakLater?.sumMb ?? null },
  { key: 'longestTaskMs', title: 'longest task', unit: 'ms', of: (round) => round.longestTaskMs },
];

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Median, lowest, highest and ratio to the plain Cornerstone page, by page and measure; null where no round gave a number. */
export function summarise(pages) {
  const spreads = new Map(pages.map(({ id, rounds }) => [id, Object.fromEntries(MEASURES.map(({ key, of }) => [key, spread(rounds, of)]))]));
  return pages.map(({ id, title }) => ({
    id,
    title,
    measures: Object.fromEntries(MEASURES.map(({ key }) => {
      const own = spreads.get(id)[key];
      const base = spreads.get(BASELINE)?.[key];
      return [key, own && { ...own, ratio: base ? own.median / base.median : null }];
    })),
  }));
}

function spread(rounds, of) {
  const values = rounds.filter(({ error }) => error === undefined).map(of).filter((value) => value !== null);
  return values.length === 0 ? null : { median: median(values), low: Math.min(...values), high: Math.max(...values), rounds: values.length };
}

export function formatValue(value, unit) {
  return `${unit === 's' ? value.toFixed(2) : String(Math.round(value))} ${unit}`;
}

/** Lines for the terminal: median (low to high) and × the plain Cornerstone page. */
export function tableOf(summary) {
  const rows = [['', ...MEASURES.map(({ title }) => title)], ...summary.map(({ title, measures }) => [title, ...MEASURES.map(({ key, unit }) => cell(measures[key], unit))])];
  const widths = rows[0].map((_head, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}

function cell(measure, unit) {
  if (!measure) return 'no result';
  const ratio = measure.ratio === null ? '' : `  ×${measure.ratio.toFixed(2)}`;
  return `${formatValue(measure.median, unit)} (${formatValue(measure.low, unit)} to ${formatValue(measure.high, unit)})${ratio}`;
}
