import { NAMED_STEPS } from './spine-statistics.ts';
import { invertAffine, spacingOf, worldToIndex } from '../geometry/affine.ts';
import { addVector, distanceMm, type WorldPoint, type WorldVector } from '../geometry/spaces.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import type { LevelPick } from './pick.ts';
import { MIN_CONFIDENCE, type SnapResult } from './snap-to-body.ts';
import { spineOf, type MarkedBody } from './named-spine.ts';
import { SAME_BODY_MM } from './reconcile-proposals.ts';
import { isAnalysed } from './vertebra-name.ts';

/** A body found is believed where its distance is this share of the expected one: a skipped or repeated body is far outside. */
const BELIEVED_SPACING = { min: 0.68, max: 1.36 } as const;
/** Tilts in the sagittal and the frontal plane at which the next body is looked for, degrees against the way so far; likeliest first. */
const TILTS: readonly (readonly [sagittal: number, frontal: number])[] = [[0, 0], [-14, 0], [14, 0], [-26, 0], [26, 0], [0, 12], [0, -12]];
/** This sure is sure enough not to look further. */
const SURE = 0.9;
/** A centre nearer than this to the scan's edge has no whole body round it, mm. */
const EDGE_MM = 10;

export type FindBody = (at: WorldPoint) => Promise<SnapResult>;

type Walk = {
  readonly volume: Pick<VolumeSource, 'sizeVox' | 'indexToWorld'>;
  /** The vertebra to start from, whose name and place are believed. */
  readonly start: LevelPick;
  /** Vertebrae that are there already: a walk ends before their names and their bodies. Of a rejected one only the body counts. */
  readonly taken: readonly MarkedBody[];
  readonly find: FindBody;
  /** Asked before each step; the walk ends where it says no. */
  readonly isWanted: () => boolean;
};

/**
 * The neighbours of one vertebra, found one after the other towards head and feet, as proposals. Each next body is looked for at the mean
 * distance along the way so far; a walk ends at T10 and at the lowest lumbar level, at a name or a body that is there, at the scan's edge, and where
 * no body is found with confidence at a believable distance: rather none than a wrong one.
 */
export async function walkSpine(walk: Walk): Promise<readonly LevelPick[]> {
  const up = await walkOneWay(walk, -1);
  const down = await walkOneWay(walk, 1);
  return [...up.toReversed(), ...down];
}

async function walkOneWay({ volume, start, taken, find, isWanted }: Walk, step: 1 | -1): Promise<readonly LevelPick[]> {
  const spine = spineOf([start, ...taken]).filter(isAnalysed);
  const found: LevelPick[] = [];
  let { level, centreLps } = start;
  let way: WorldVector = [0, 0, -step];
  /** How this spine's distances compare with the mean: people differ in height. */
  let scale = 1;
  for (;;) {
    const next = spine.indexOf(level) < 0 ? undefined : spine[spine.indexOf(level) + step];
    if (next === undefined || taken.some(({ level: name, state }) => name === next && state !== 'rejected') || !isWanted()) return found;
    const [upper, lower] = step === 1 ? [level, next] : [next, level];
    const expectedMm = scale * (NAMED_STEPS.find(({ from, to }) => from === upper && to === lower)?.meanMm ?? 0);
    const body = await findNext(volume, centreLps, way, expectedMm, find);
    if (body === null || taken.some((one) => distanceMm(one.centreLps, body.centreLps) < SAME_BODY_MM)) return found;
    const distance = distanceMm(body.centreLps, centreLps);
    scale = Math.min(1.25, Math.max(0.8, scale * (0.5 + (0.5 * distance) / expectedMm)));
    way = blend(way, directionOf(centreLps, body.centreLps), found.length === 0 ? 1 : 0.7);
    found.push({ level: next, centreLps: body.centreLps, state: 'proposed', proposal: { confidence: body.confidence, nameConfidence: 1 } });
    [level, centreLps] = [next, body.centreLps];
  }
}

/** The surest body round the places where the next one may be; null where none is sure enough. */
async function findNext(volume: Walk['volume'], from: WorldPoint, way: WorldVector, expectedMm: number, find: FindBody): Promise<SnapResult | null> {
  let best: SnapResult | null = null;
  for (const [sagittal, frontal] of TILTS) {
    const direction = tilted(way, sagittal, frontal);
    const guess = addVector(from, [direction[0] * expectedMm, direction[1] * expectedMm, direction[2] * expectedMm]);
    if (!isInside(volume, guess)) continue;
    const body = await find(guess);
    const share = distanceMm(body.centreLps, from) / expectedMm;
    const isBelieved = body.confidence >= MIN_CONFIDENCE && share > BELIEVED_SPACING.min && share < BELIEVED_SPACING.max && isInside(volume, body.centreLps);
    if (isBelieved && body.confidence > (best?.confidence ?? 0)) best = body;
    if (best !== null && best.confidence >= SURE) return best;
  }
  return best;
}

/** Degrees; positive sagittal tilts towards the front, positive frontal towards the left. */
function tilted([x, y, z]: WorldVector, sagittal: number, frontal: number): WorldVector {
  const [s, f] = [(sagittal * Math.PI) / 180, (frontal * Math.PI) / 180];
  const turned: WorldVector = [x, y * Math.cos(s) - Math.abs(z) * Math.sin(s), z * Math.cos(s) + Math.sign(z) * y * Math.sin(s)];
  return [turned[0] * Math.cos(f) + Math.abs(turned[2]) * Math.sin(f), turned[1], turned[2] * Math.cos(f) - Math.sign(turned[2]) * turned[0] * Math.sin(f)];
}

function directionOf(from: WorldPoint, to: WorldPoint): WorldVector {
  const length = distanceMm(from, to);
  return [(to[0] - from[0]) / length, (to[1] - from[1]) / length, (to[2] - from[2]) / length];
}

function blend(one: WorldVector, other: WorldVector, share: number): WorldVector {
  const sum = one.map((value, axis) => value + (other[axis as 0 | 1 | 2] - value) * share) as unknown as WorldVector;
  const length = Math.hypot(...sum);
  return [sum[0] / length, sum[1] / length, sum[2] / length];
}

/** True where the scan reaches {@link EDGE_MM} beyond the point on all sides. */
function isInside({ sizeVox, indexToWorld: affine }: Walk['volume'], point: WorldPoint): boolean {
  const index = worldToIndex(invertAffine(affine), point);
  return spacingOf(affine).every((spacing, axis) => {
    const [at, size, margin] = [index[axis] ?? 0, sizeVox[axis] ?? 0, EDGE_MM / spacing];
    return at >= margin && at <= size - 1 - margin;
  });
}
