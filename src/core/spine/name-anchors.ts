import { addVector, type WorldPoint } from '../geometry/spaces.ts';
import { invertAffine, worldToIndex } from '../geometry/affine.ts';
import type { NameAnchor } from '../levels/pick.ts';
import { shiftName, spineWith, VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import type { FoundVertebra } from './find-spine.ts';

/** What of the patient a scan shows. */
export type ScanView = Pick<VolumeSource, 'sizeVox' | 'indexToWorld'>;

/**
 * No name is sure where nothing settles the count, whatever the network says: too few bodies, or no landmark or the first rib alone (on the
 * one real chest CT, the network took T2 for T1).
 */
const MOST_UNSETTLED = 0.85;
/**
 * Nor where the network at one end of the chain barely prefers its names: 57 % of such simulated spines are named rightly all through. The names of
 * a chain are wrong together, so that this and not the share of names is what the reader must know.
 */
const MOST_UNSUPPORTED = 0.6;
/**
 * Log odds of the proposed names over shifted ones, of one body on average, with which each end of the chain supports the count. Chosen on the
 * first half of the simulated test spines: with less, most spines that can be counted have a wrong name (docs/spine-network.md).
 */
const SUPPORTS = 1.25;
/** Fewer bodies show too little of ribs and pelvis: the network named two real ones two levels off and was sure of it. */
const FEWEST_TO_COUNT = 5;
/**
 * A rib is told from a transverse process by what lies beyond the tip of the process: in 14 vertebrae of VerSe 2019, T9 to L5, that is at most 53 mm
 * beside the middle of the body.
 */
const RIB_ROOM_MM = 60;
const SHIFTS = [-2, -1, 1, 2] as const;

/** What there is to count from: the sacrum, the change from ribs to none, the first rib. A rib that the scan has no room for is none. */
export function anchorsOf(found: readonly FoundVertebra[], view: ScanView): readonly NameAnchor[] {
  const seen = new Map(found.filter(({ isFilled }) => !isFilled).map(({ name, centreLps }) => [name, centreLps]));
  const hasRoom = (name: VertebraName): boolean => { const centre = seen.get(name); return centre !== undefined && showsBothSides(centre, view); };
  const anchors: NameAnchor[] = [];
  if (seen.has('S1')) anchors.push('sacrum');
  if (hasRoom('L1') && (hasRoom('T11') || hasRoom('T12') || hasRoom('T13'))) anchors.push('last-rib');
  if (hasRoom('T1')) anchors.push('first-rib');
  return anchors;
}

function showsBothSides(centre: WorldPoint, { sizeVox, indexToWorld }: ScanView): boolean {
  const inverse = invertAffine(indexToWorld);
  return [-RIB_ROOM_MM, RIB_ROOM_MM].every((mm) => {
    const index = worldToIndex(inverse, addVector(centre, [mm, 0, 0]));
    return sizeVox.every((size, axis) => (index[axis] ?? NaN) >= -0.5 && (index[axis] ?? NaN) <= size - 0.5);
  });
}

/** How sure a name of this chain is stated to be at most, 0 to 1. */
export function mostSure(found: readonly FoundVertebra[], anchors: readonly NameAnchor[]): number {
  if (!isSupported(found)) return MOST_UNSUPPORTED;
  const canCount = found.length >= FEWEST_TO_COUNT && anchors.some((anchor) => anchor !== 'first-rib');
  return canCount ? 1 : MOST_UNSETTLED;
}

/** Whether the upper and the lower third of what the network read, each by itself, are better named as proposed than with all names shifted. */
function isSupported(found: readonly FoundVertebra[]): boolean {
  const spine = spineWith(found.map(({ name }) => name));
  // Bodies that a walk added (extend-chain.ts) were not read.
  const read = found.filter(({ logit }) => logit > -Infinity);
  const count = Math.ceil(read.length / 3);
  const evidenceOf = (part: readonly FoundVertebra[], steps: number): number =>
    part.reduce((sum, { name, nameEvidence }) => {
      const shifted = shiftName(spine, name, steps);
      return sum + (shifted === null ? -Infinity : (nameEvidence[VERTEBRAE.indexOf(shifted)] ?? -Infinity));
    }, 0) / part.length;
  return [read.slice(0, count), read.slice(-count)].every((part) => SHIFTS.every((steps) => evidenceOf(part, 0) >= evidenceOf(part, steps) + SUPPORTS));
}
