import { VERTEBRAE } from '../levels/vertebra-name.ts';
import { NAMED_PATHS, stepEvidence, type ChainNode } from './chain-model.ts';
import { PERSON_SCALE_SD, PERSON_SCALES } from './spine-statistics.ts';

const NAMES = VERTEBRAE.length;
/** From one vertebra of a complete chain to the next: nothing is missing between. */
const NEIGHBOURS = NAMED_PATHS.filter(({ missing }) => missing.length === 0);

/**
 * Probability of each name at each vertebra of a chain, over all ways to name the chain and all sizes of person
 * (forward and backward sums). Rows in the order of the nodes, columns of VERTEBRAE; each row sums to 1.
 * @param nodes head to feet, nothing missing between them
 */
export function nameProbabilities(nodes: readonly ChainNode[]): readonly Float64Array[] {
  const scales = PERSON_SCALES.map((scale) => ({ ...sumsAtScale(nodes, scale), logPrior: -0.5 * ((scale - 1) / PERSON_SCALE_SD) ** 2 }));
  const total = logSum(scales.map(({ logTotal, logPrior }) => logTotal + logPrior));
  return nodes.map((_, n) =>
    Float64Array.from(VERTEBRAE, (_name, name) =>
      scales.reduce((sum, { forward, backward, logPrior }) => {
        const log = (forward[n]?.[name] ?? -Infinity) + (backward[n]?.[name] ?? -Infinity) + logPrior - total;
        return sum + Math.exp(log);
      }, 0)));
}

type Sums = { readonly forward: readonly Float64Array[]; readonly backward: readonly Float64Array[]; readonly logTotal: number };

function sumsAtScale(nodes: readonly ChainNode[], scale: number): Sums {
  const between = nodes.slice(1).map((node, n) => NEIGHBOURS.map((path) => path.logPrior + stepEvidence((nodes[n] as ChainNode).centreLps, node.centreLps, path, scale)));
  const forward: Float64Array[] = [];
  nodes.forEach(({ nameEvidence }, n) => {
    const before = forward[n - 1];
    forward.push(before === undefined ? Float64Array.from(nameEvidence) : pass(before, between[n - 1] ?? [], 'from', 'to').map((value, name) => value + (nameEvidence[name] as number)));
  });
  const backward: Float64Array[] = nodes.map(() => new Float64Array(NAMES));
  for (let n = nodes.length - 2; n >= 0; n -= 1) {
    const below = (backward[n + 1] as Float64Array).map((value, name) => value + (nodes[n + 1]?.nameEvidence[name] as number));
    backward[n] = pass(below, between[n] ?? [], 'to', 'from');
  }
  const logTotal = logSum([...(forward.at(-1) ?? [])]);
  return { forward, backward, logTotal };
}

/** Log sums over all steps that reach each name from the values at the other end. */
function pass(values: Float64Array, logSteps: readonly number[], start: 'from' | 'to', end: 'from' | 'to'): Float64Array {
  const terms: number[][] = Array.from({ length: NAMES }, () => []);
  NEIGHBOURS.forEach((path, n) => terms[path[end]]?.push((values[path[start]] as number) + (logSteps[n] as number)));
  return Float64Array.from(terms, (ones) => logSum(ones));
}

function logSum(logs: readonly number[]): number {
  const highest = Math.max(...logs);
  if (!Number.isFinite(highest)) return -Infinity;
  return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0));
}
