/** Shares closer together than this are no choice between experts. */
const EVEN_WITHIN = 0.12;

/** What was measured of a network's gates on simulated test vertebrae, by model id (docs/evaluation/gates; the card holds the table). */
const MEASURED: Readonly<Record<string, string>> = {
  'osteolens-reference': 'On simulated vertebrae the shares follow the level of the vertebra, little the density and the DXA scale, hardly the scanner, and none moves enough to be named.',
};

/**
 * What the shares of the experts at one level say, and what nobody should read into them.
 * @param modelId null where it is not known: then nothing measured is said
 */
export function describeExperts(shares: readonly number[], modelId: string | null): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  const percents = `${Math.round(low * 100)} to ${Math.round(high * 100)} %`;
  const here = high - low < EVEN_WITHIN ? `The shares are near even (${percents}): the experts answer together.` : `The shares are ${percents}.`;
  const measured = modelId === null ? undefined : MEASURED[modelId];
  return measured === undefined ? here : `${here} ${measured}`;
}
