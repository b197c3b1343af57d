import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';
import type { ChainNode } from './chain-model.ts';
import { cellToWorld, type CoarseGrid } from './coarse-grid.ts';
import { findPeaks } from './find-peaks.ts';
import { nameEvidenceAt, type NameLogits } from './name-evidence.ts';
import { traceChain, type ChainLink } from './trace-chain.ts';

/** What one run of the spine network gives, on the grid it looked at. */
export type SpineOutputs = {
  /** D·H·W logits, x fastest. */
  readonly heatmap: Float32Array;
  /** V·D'·H'·W' logits. */
  readonly levels: Float32Array;
};

/** A vertebra of the chain before its centre is refined. */
export type FoundVertebra = ChainNode & { readonly name: VertebraName };

/** One body alone is a spine only where the network is this sure of it; two say more than one. */
const LOWEST_SCORE = 3.5;

/**
 * Heatmap and names → the likeliest chain of vertebrae, head to feet, with those filled in that the network missed between others.
 * Empty where nothing looks like a spine.
 */
export function findSpine(outputs: SpineOutputs, grid: CoarseGrid, names: readonly VertebraName[], stride: number): readonly FoundVertebra[] {
  const [depth, height, width] = grid.sizeZyx;
  const logits: NameLogits = { values: outputs.levels, names, stride, sizeZyx: [depth / stride, height / stride, width / stride] };
  const nodes = findPeaks(outputs.heatmap, grid.sizeZyx, grid.spacingMm).map(({ z, y, x, logit }): ChainNode => ({
    centreLps: cellToWorld(grid, z, y, x),
    logit,
    isFilled: false,
    nameEvidence: nameEvidenceAt(logits, [z, y, x]),
  }));
  const chain = traceChain(nodes);
  if (chain === null || chain.score < LOWEST_SCORE) return [];
  return chain.links.flatMap((link, n) => {
    const before = chain.links[n - 1];
    const node = nodes[link.node] as ChainNode;
    const filled = before === undefined ? [] : fillBetween(nodes[before.node] as ChainNode, node, link, (place) => emptyNode(place, outputs, grid, logits));
    return [...filled, { ...node, name: VERTEBRAE[link.name] as VertebraName }];
  });
}

function fillBetween(upper: ChainNode, lower: ChainNode, { missing }: ChainLink, nodeAt: (place: WorldPoint) => ChainNode): readonly FoundVertebra[] {
  return missing.map((name, n) => {
    const share = (n + 1) / (missing.length + 1);
    const [x, y, z] = [0, 1, 2].map((axis) => (upper.centreLps[axis] ?? 0) * (1 - share) + (lower.centreLps[axis] ?? 0) * share) as [number, number, number];
    return { ...nodeAt(worldPoint(x, y, z)), name: VERTEBRAE[name] as VertebraName };
  });
}

function emptyNode(place: WorldPoint, { heatmap }: SpineOutputs, grid: CoarseGrid, logits: NameLogits): ChainNode {
  const [depth, height, width] = grid.sizeZyx;
  const [z, y, x] = worldToCell(grid, place);
  const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, Math.round(value)));
  const logit = heatmap[(clamp(z, depth) * height + clamp(y, height)) * width + clamp(x, width)] ?? -Infinity;
  return { centreLps: place, logit, isFilled: true, nameEvidence: nameEvidenceAt(logits, [z, y, x]) };
}

function worldToCell({ originLps, spacingMm }: CoarseGrid, point: WorldPoint): readonly [number, number, number] {
  return [(point[2] - originLps[2]) / spacingMm[0], (point[1] - originLps[1]) / spacingMm[1], (point[0] - originLps[0]) / spacingMm[2]];
}

/** What a fit of the body round a centre found (core/levels/snap-to-body.ts). */
export type BodyAtCentre = { readonly centreLps: WorldPoint; readonly confidence: number; readonly moved: boolean };

/** A fit further from the network's centre than this found something else, mm: less than half of the distance of two bodies from T9 on. */
const AGREES_MM = 11;
/** The fit is made for these sizes of body (body-model.ts); smaller ones keep the network's centre. */
const FITTED: ReadonlySet<VertebraName> = new Set(['T9', 'T10', 'T11', 'T12', 'T13', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6']);

export function isFitted(name: VertebraName): boolean {
  return FITTED.has(name);
}

/** The fitted centre where network and fit agree on the body; else the network's. */
export function agreedCentre(found: FoundVertebra, body: BodyAtCentre | null): { readonly centreLps: WorldPoint; readonly isAgreed: boolean } {
  const isAgreed = body !== null && body.moved && distanceMm(body.centreLps, found.centreLps) <= AGREES_MM;
  return { centreLps: isAgreed ? body.centreLps : found.centreLps, isAgreed };
}
