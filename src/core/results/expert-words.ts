import type { GatingFacts } from '../model/manifest.ts';

/** Shares closer together than this are no choice between experts. */
const EVEN_WITHIN = 0.12;

/** Facts of a vertebra by which training/vertebra/evidence/experts.py groups. */
const FACT_WORDS: Readonly<Record<string, string>> = {
  kvp: 'tube voltage', kernel: 'kernel', thickness: 'slice thickness', phase: 'contrast phase', level: 'vertebral level',
  vbmd: 'density', age: 'age', sex: 'sex', site: 'hospital', device: 'DXA scale',
};

/** What an expert is named after, null where it earned no name or none was measured. */
export function expertName(gating: GatingFacts | null, index: number): string | null {
  const name = gating?.experts[index]?.name ?? null;
  return name === null ? null : wordOf(name);
}

/**
 * What the shares of the experts at one level say, and what nobody should read into them.
 * @param gating of the network, null where it was not measured: then nothing measured is said
 */
export function describeExperts(shares: readonly number[], gating: GatingFacts | null): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  const percents = `${percent(low)} to ${percent(high)} %`;
  const here = high - low < EVEN_WITHIN ? `The shares are near even (${percents}): the experts answer together.` : `The shares are ${percents}.`;
  return [here, gating === null ? null : describeGating(gating)].filter((part) => part !== null).join(' ');
}

/** Null where no fact was measured. */
function describeGating({ vertebrae, experts }: GatingFacts): string | null {
  const explained = (fact: string): readonly number[] => experts.map(({ varianceExplained }) => varianceExplained[fact] ?? 0);
  const facts = [...new Set(experts.flatMap(({ varianceExplained }) => Object.keys(varianceExplained)))];
  const [first] = facts.toSorted((one, other) => Math.max(...explained(other)) - Math.max(...explained(one)));
  if (first === undefined) return null;
  const range = explained(first);
  // Against the bias of DXA devices the experts were meant, so that is told whatever comes first.
  const device = first === 'device' || !facts.includes('device') ? '' : ` and the DXA scale at most ${percent(Math.max(...explained('device')))} %`;
  const named = experts.flatMap(({ name }, index) => (name === null ? [] : [`expert ${index + 1} by the ${wordOf(name)}`]));
  const names = named.length === 0 ? 'no share moves enough with one fact to earn its expert a name' : `named: ${named.join(', ')}`;
  return `On ${vertebrae} simulated test vertebrae the ${wordOf(first)} explains ${percent(Math.min(...range))} to ${percent(Math.max(...range))} % of how the shares move${device}; ${names}.`;
}

function wordOf(fact: string): string {
  return FACT_WORDS[fact] ?? fact;
}

function percent(share: number): number {
  return Math.round(share * 100);
}
