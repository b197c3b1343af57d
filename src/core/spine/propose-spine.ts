import type { WorldPoint, WorldVector } from '../geometry/spaces.ts';
import { NAME_SURE } from '../levels/pick.ts';
import { shiftName, spineWith, VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';
import type { FittedVertebra } from './extend-chain.ts';
import { agreedCentre, isFitted, type BodyAtCentre, type FoundVertebra } from './find-spine.ts';
import { anchorsOf, mostSure, type ScanView } from './name-anchors.ts';
import { nameProbabilities } from './name-posterior.ts';
import type { ProposedVertebra, ShiftedNames, SpineProposal } from './spine-proposal.ts';

const MOST_SHIFTED = 2;
const LOWEST_ALTERNATIVE = 0.01;

/**
 * Found vertebrae with their fitted bodies → the proposal: refined centres, axes along the chain, and how sure each name is.
 * @param chain head to feet, without a gap
 * @param view the scan, for what of the patient is in it
 * @param reads of the names; the evaluation tries others than the number in use
 */
export function proposeSpine(chain: readonly FittedVertebra[], view: ScanView, elapsedMs: number, reads?: number): SpineProposal {
  const probabilities = nameProbabilities(chain.map((one) => one.found), reads);
  const found = likeliestNames(chain.map((one) => one.found), probabilities);
  const agreed = chain.map((one) => agreedCentre(one.found, one.body));
  const centres = agreed.map(({ centreLps }) => centreLps);
  const anchors = anchorsOf(found, view);
  const most = mostSure(found, anchors);
  const vertebrae = found.map((one, n): ProposedVertebra => ({
    name: one.name,
    centreLps: centres[n] as WorldPoint,
    axisLps: axisAt(centres, n),
    confidence: bodyConfidence(one, chain[n]?.body ?? null, agreed[n]?.isAgreed === true),
    nameConfidence: Math.min(most, probabilities[n]?.[VERTEBRAE.indexOf(one.name)] ?? 0),
  }));
  return {
    vertebrae,
    anchors,
    isAnchored: anchors.length > 0 && vertebrae.every(({ nameConfidence }) => nameConfidence >= NAME_SURE),
    alternatives: shiftedNames(found, probabilities),
    elapsedMs,
  };
}

/** Along the line from the body below to the one above; a lone body stands upright. */
function axisAt(centres: readonly WorldPoint[], n: number): WorldVector {
  const upper = centres[Math.max(0, n - 1)] as WorldPoint;
  const lower = centres[Math.min(centres.length - 1, n + 1)] as WorldPoint;
  const [x, y, z] = [upper[0] - lower[0], upper[1] - lower[1], upper[2] - lower[2]];
  const length = Math.hypot(x, y, z);
  return length > 0 ? [x / length, y / length, z / length] : [0, 0, 1];
}

/** The network's probability; where a body is to be fitted, raised by a fit that agrees and lowered by one that does not. */
function bodyConfidence({ logit, name }: FoundVertebra, body: BodyAtCentre | null, isAgreed: boolean): number {
  const probability = 1 / (1 + Math.exp(-logit));
  if (body === null || !isFitted(name)) return probability;
  return isAgreed ? 1 - (1 - probability) * (1 - body.confidence) : probability / 2;
}

/** The chain's names, or all of them shifted where that is likelier: what is proposed is what the probabilities say. */
function likeliestNames(found: readonly FoundVertebra[], probabilities: readonly Float64Array[]): readonly FoundVertebra[] {
  const own = meanOf(found.map(({ name }, n) => probabilityOf(name, probabilities[n])));
  const [best] = shiftedNames(found, probabilities);
  if (best === undefined || best.probability <= own) return found;
  const spine = spineWith(found.map(({ name }) => name));
  const shifted = found.map((one) => ({ ...one, name: shiftName(spine, one.name, best.steps) ?? one.name }));
  return new Set(shifted.map(({ name }) => name)).size === shifted.length ? shifted : found;
}

function shiftedNames(found: readonly FoundVertebra[], probabilities: readonly Float64Array[]): readonly ShiftedNames[] {
  const spine = spineWith(found.map(({ name }) => name));
  const shifts = Array.from({ length: 2 * MOST_SHIFTED + 1 }, (_, n) => n - MOST_SHIFTED).filter((steps) => steps !== 0);
  return shifts
    .map((steps) => ({ steps, probability: meanOf(found.map(({ name }, n) => probabilityOf(shiftName(spine, name, steps), probabilities[n]))) }))
    .filter(({ probability }) => probability >= LOWEST_ALTERNATIVE)
    .toSorted((one, other) => other.probability - one.probability);
}

function probabilityOf(name: VertebraName | null, row: Float64Array | undefined): number {
  return name === null ? 0 : (row?.[VERTEBRAE.indexOf(name)] ?? 0);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
