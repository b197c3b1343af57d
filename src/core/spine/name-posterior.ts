import type { WorldPoint } from '../geometry/spaces.ts';
import { VERTEBRAE } from '../levels/vertebra-name.ts';
import { MISSED, NAMED_PATHS, stepEvidence, type ChainNode, type NamedPath } from './chain-model.ts';
import { PERSON_SCALE_SD, PERSON_SCALES } from '../levels/spine-statistics.ts';

const NAMES = VERTEBRAE.length;
/**
 * All names are read from the same ribs and the same sacrum, and all distances from the same person: however many bodies are in view,
 * together they say no more than this many that were independent. Chosen on one half of the simulated test spines (docs/evaluation/spine).
 */
export const INDEPENDENT_READS = 3;
/**
 * A chain may be miscounted: where its two ends contradict each other, a body was missed or stands twice between them, whatever the
 * distances say. Log of how often, at one step.
 */
const MISCOUNTED = -5;
const SAME_BODY: readonly NamedPath[] = VERTEBRAE.map((_, name) => ({ from: name, to: name, missing: [], meansMm: [], logPrior: 0 }));
const PATHS: readonly NamedPath[] = [...NAMED_PATHS, ...SAME_BODY];

/**
 * Probability of each name at each vertebra of a chain, over all ways to name the chain and all sizes of person
 * (forward and backward sums). Rows in the order of the nodes, columns of VERTEBRAE; each row sums to 1.
 * @param chain head to feet
 * @param reads the evaluation tries others than the number in use
 */
export function nameProbabilities(chain: readonly ChainNode[], reads: number = INDEPENDENT_READS): readonly Float64Array[] {
  const share = Math.min(1, reads / chain.length);
  const nodes = chain.map((node) => ({ ...node, nameEvidence: node.nameEvidence.map((evidence) => evidence * share) }));
  const scales = PERSON_SCALES.map((scale) => ({ ...sumsAtScale(nodes, scale, share), logPrior: -0.5 * ((scale - 1) / PERSON_SCALE_SD) ** 2 }));
  const total = logSum(scales.map(({ logTotal, logPrior }) => logTotal + logPrior));
  return nodes.map((_, n) =>
    Float64Array.from(VERTEBRAE, (_name, name) =>
      scales.reduce((sum, { forward, backward, logPrior }) => {
        const log = (forward[n]?.[name] ?? -Infinity) + (backward[n]?.[name] ?? -Infinity) + logPrior - total;
        return sum + Math.exp(log);
      }, 0)));
}

type Sums = { readonly forward: readonly Float64Array[]; readonly backward: readonly Float64Array[]; readonly logTotal: number };

function sumsAtScale(nodes: readonly ChainNode[], scale: number, share: number): Sums {
  const between = nodes.slice(1).map((node, n) => PATHS.map((path) => stepLog((nodes[n] as ChainNode).centreLps, node.centreLps, path, scale, share)));
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

function stepLog(upper: WorldPoint, lower: WorldPoint, path: NamedPath, scale: number, share: number): number {
  if (path.from === path.to) return MISCOUNTED;
  const believed = MISSED * path.missing.length + share * stepEvidence(upper, lower, path, scale);
  return path.logPrior + (path.missing.length === 0 ? believed : Math.max(believed, MISCOUNTED * path.missing.length));
}

/** Log sums over all steps that reach each name from the values at the other end. */
function pass(values: Float64Array, logSteps: readonly number[], start: 'from' | 'to', end: 'from' | 'to'): Float64Array {
  const terms: number[][] = Array.from({ length: NAMES }, () => []);
  PATHS.forEach((path, n) => terms[path[end]]?.push((values[path[start]] as number) + (logSteps[n] as number)));
  return Float64Array.from(terms, (ones) => logSum(ones));
}

function logSum(logs: readonly number[]): number {
  const highest = Math.max(...logs);
  if (!Number.isFinite(highest)) return -Infinity;
  return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0));
}
