import { distanceMm } from '../geometry/spaces.ts';
import { VERTEBRAE } from '../levels/vertebra-name.ts';
import { MISSED, NAMED_PATHS, stepEvidence, type ChainNode, type NamedPath } from './chain-model.ts';
import { PERSON_SCALE_SD, PERSON_SCALES } from '../levels/spine-statistics.ts';

/** Vertebrae of a chain, head to feet; `missing` are names between this one and the one before it that no node stands for. */
export type ChainLink = { readonly node: number; readonly name: number; readonly missing: readonly number[] };

export type Chain = { readonly links: readonly ChainLink[]; readonly score: number };

/** What a heatmap logit adds to a chain: a peak of probability 0.2 just pays for itself where its distances are right. */
const LOGIT_SHIFT = 1.4;
const LOGIT_EVIDENCE = { low: -2.5, high: 4 } as const;
/** The next vertebra lies lower by at least this much, mm: thoracic kyphosis tilts the uppermost by up to 60°. */
const LOWEST_DROP_MM = 6;
/** Beyond the distance that the most missing vertebrae of the largest person span, mm. */
const FURTHEST_MM = 135;

type Step = { readonly path: NamedPath; readonly before: number };

/**
 * The likeliest chain of vertebrae through the nodes: each is taken or left out, each one taken has a name, names follow each other
 * towards the feet, and distances and directions are those of a spine of some size (Viterbi, once for each size).
 * @returns null for no nodes
 */
export function traceChain(nodes: readonly ChainNode[]): Chain | null {
  const order = nodes.map((_, index) => index).toSorted((a, b) => (nodes[b]?.centreLps[2] ?? 0) - (nodes[a]?.centreLps[2] ?? 0));
  let best: Chain | null = null;
  for (const scale of PERSON_SCALES) {
    const chain = traceAtScale(nodes, order, scale);
    const score = (chain?.score ?? 0) - 0.5 * ((scale - 1) / PERSON_SCALE_SD) ** 2;
    if (chain !== null && (best === null || score > best.score)) best = { links: chain.links, score };
  }
  return best;
}

function traceAtScale(nodes: readonly ChainNode[], order: readonly number[], scale: number): Chain | null {
  const names = VERTEBRAE.length;
  const scores = new Float64Array(nodes.length * names);
  const steps = Array.from<Step | undefined>({ length: nodes.length * names });
  let end = -1;
  order.forEach((index, position) => {
    const node = nodes[index] as ChainNode;
    for (let name = 0; name < names; name += 1) scores[index * names + name] = nodeEvidence(node, name);
    const gains = new Float64Array(names);
    for (const above of order.slice(0, position)) {
      const upper = nodes[above] as ChainNode;
      if (upper.centreLps[2] - node.centreLps[2] < LOWEST_DROP_MM || distanceMm(upper.centreLps, node.centreLps) > FURTHEST_MM) continue;
      for (const path of NAMED_PATHS) {
        const gain = (scores[above * names + path.from] as number) + path.logPrior + MISSED * path.missing.length + stepEvidence(upper.centreLps, node.centreLps, path, scale);
        if (gain > (gains[path.to] as number)) {
          gains[path.to] = gain;
          steps[index * names + path.to] = { path, before: above };
        }
      }
    }
    for (let name = 0; name < names; name += 1) {
      const at = index * names + name;
      scores[at] = (scores[at] as number) + (gains[name] as number);
      if (end < 0 || (scores[at] as number) > (scores[end] as number)) end = at;
    }
  });
  return end < 0 ? null : { links: linksTo(end, names, steps), score: scores[end] as number };
}

function nodeEvidence({ logit, nameEvidence }: ChainNode, name: number): number {
  return Math.max(LOGIT_EVIDENCE.low, Math.min(LOGIT_EVIDENCE.high, logit + LOGIT_SHIFT)) + (nameEvidence[name] as number);
}

function linksTo(end: number, names: number, steps: readonly (Step | undefined)[]): readonly ChainLink[] {
  const links: ChainLink[] = [];
  for (let at = end; at >= 0;) {
    const step = steps[at];
    links.unshift({ node: Math.floor(at / names), name: at % names, missing: step?.path.missing ?? [] });
    at = step === undefined ? -1 : step.before * names + step.path.from;
  }
  return links;
}
