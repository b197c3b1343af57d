/** Shares closer together than this are no choice between experts. */
const EVEN_WITHIN = 0.12;

/** What the shares of the experts at one level say, and what nobody should read into them (docs/evaluation/gates). */
export function describeExperts(shares: readonly number[]): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  const percents = `${Math.round(low * 100)} to ${Math.round(high * 100)} %`;
  if (high - low < EVEN_WITHIN) return `The shares are near even (${percents}): the experts answer together, and none has a field of its own that could be named.`;
  return `Shares of ${percents}. On simulated scans no expert was found to have a field of its own, so a larger share names no cause.`;
}
