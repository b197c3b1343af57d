import type { WorldPoint, WorldVector } from '../geometry/spaces.ts';
import type { BlockSampler } from '../volume/sample-block.ts';
import { frameOfAxis, leaning, pointIn, type BodyFrame } from './body-frame.ts';

/** Leanings tried, degrees: L5 leans by up to 40 in supine CT, scoliosis by up to 20 at a level. */
const SAGITTAL_DEG = [-40, -32, -24, -16, -8, 0, 8, 16, 24, 32, 40] as const;
const CORONAL_DEG = [-20, -10, 0, 10, 20] as const;
const FINER_DEG = [-4, 0, 4] as const;
/** Reach of the profile along the axis, mm: a tall lumbar body whose centre is 6 mm off the pick, and its discs. */
const REACH_MM = 28;
/** Disc across the axis over which a profile is averaged, mm. */
const DISC_MM = { left: 11, back: 8 } as const;
/** Least half height looked for and most, from the pick, mm. */
const END_MM = { least: 2, most: 23 } as const;
/**
 * Heights of T10 to L5 in the middle, hollow endplates included (domain.md 3.1); mm. Fractures make lower ones, nothing makes higher ones, so a
 * body that was taken together with a neighbour's endplate stands out even where thick slices blur the disc between them.
 */
const HEIGHT_MM = { usual: 22, sdBelow: 6, sdAbove: 4, least: 8 } as const;
/** How far off the middle a pick usually is, mm (snap-to-body.real-ct.test.ts). */
const OFF_MIDDLE_MM = 3;
const PRIOR_HU = 10;
const TILT_SD_DEG = { sagittal: 18, coronal: 9 } as const;
/** What lies outside these does not count more: lung, gas and fat are no better an end than a disc, metal is no better a body. */
const CLAMP_HU = { low: 60, high: 500 } as const;
const MOST_EVIDENCE_HU = 300;
/** Of a hill between the ends, see {@link hillHu}. */
const HILL_WEIGHT = 1;

/** Coarse place of a body's endplates along an axis. */
export type BodyAxis = {
  readonly frame: BodyFrame;
  /** Along `frame.up` from the pick, mm. */
  readonly topMm: number;
  readonly bottomMm: number;
};

type Scored = { readonly sagittal: number; readonly coronal: number; readonly score: number; readonly top: number; readonly bottom: number };

const POINTS: readonly (readonly [number, number])[] = [
  [0, 0],
  ...Array.from({ length: 6 }, (_, n) => ringPoint(0.55, n / 6)),
  ...Array.from({ length: 10 }, (_, n) => ringPoint(1, (n + 0.5) / 10)),
];

function ringPoint(radius: number, turn: number): readonly [number, number] {
  return [radius * DISC_MM.left * Math.cos(2 * Math.PI * turn), radius * DISC_MM.back * Math.sin(2 * Math.PI * turn)];
}

const COUNT = 2 * REACH_MM + 1;

/** What the Python twin takes from here. */
export const AXIS_SEARCH = {
  sagittalDeg: SAGITTAL_DEG, coronalDeg: CORONAL_DEG, finerDeg: FINER_DEG, reachMm: REACH_MM, points: POINTS, endMm: END_MM, heightMm: HEIGHT_MM,
  offMiddleMm: OFF_MIDDLE_MM, priorHu: PRIOR_HU, tiltSdDeg: TILT_SD_DEG, hillWeight: HILL_WEIGHT, clampHu: CLAMP_HU, mostEvidenceHu: MOST_EVIDENCE_HU,
} as const;

/** Mean HU across the disc at each mm along the axis, lightly smoothed; NaN where half of the disc lies outside the scan. */
function profileAlong(sample: BlockSampler, pick: WorldPoint, frame: BodyFrame): Float64Array {
  const sums = new Float64Array(COUNT);
  const counts = new Float64Array(COUNT);
  for (const [x, y] of POINTS) {
    const [px, py, pz] = pointIn(frame, pick, x, y, -REACH_MM);
    for (let n = 0; n < COUNT; n += 1) {
      const hu = sample(px + n * frame.up[0], py + n * frame.up[1], pz + n * frame.up[2]);
      if (Number.isNaN(hu)) continue;
      sums[n] = (sums[n] ?? 0) + Math.min(Math.max(hu, CLAMP_HU.low), CLAMP_HU.high);
      counts[n] = (counts[n] ?? 0) + 1;
    }
  }
  const means = sums.map((sum, n) => ((counts[n] ?? 0) * 2 > POINTS.length ? sum / (counts[n] ?? 1) : Number.NaN));
  return means.map((here, n) => (n === 0 || n === COUNT - 1 ? here : 0.25 * (means[n - 1] ?? 0) + 0.5 * here + 0.25 * (means[n + 1] ?? 0)));
}

/** Bright endplate against what lies 2 to 4 mm further out, as an end of a body at each sample; towards `sign`. */
function endEvidence(profile: Float64Array, sign: 1 | -1): Float64Array {
  return profile.map((here, n) => {
    const ridge = Math.max(here, profile[n - sign] ?? Number.NaN);
    const beyond = Math.min(profile[n + 2 * sign] ?? Number.NaN, profile[n + 3 * sign] ?? Number.NaN, profile[n + 4 * sign] ?? Number.NaN);
    return Math.min(MOST_EVIDENCE_HU, ridge - beyond);
  });
}

function squared(value: number): number {
  return value * value;
}

/**
 * How far the profile rises and falls again between two samples, HU. Between its endplates a body is one valley; where a neighbour's
 * endplate is taken for the body's, its own stands in between.
 */
function hillHu(profile: Float64Array, from: number, to: number): number {
  const lowestAfter = new Float64Array(COUNT);
  let lowest = Number.POSITIVE_INFINITY;
  for (let n = to; n >= from; n -= 1) {
    lowest = Math.min(lowest, profile[n] ?? Number.NaN);
    lowestAfter[n] = lowest;
  }
  lowest = Number.POSITIVE_INFINITY;
  let hill = 0;
  for (let n = from; n <= to; n += 1) {
    const hu = profile[n] ?? Number.NaN;
    lowest = Math.min(lowest, hu);
    hill = Math.max(hill, hu - Math.max(lowest, lowestAfter[n] ?? Number.NaN));
  }
  return hill;
}

/** The best pair of ends along one axis. Ends outside the scan are NaN and never the best. */
function scoreAxis(profile: Float64Array, sagittal: number, coronal: number): Scored {
  const tops = endEvidence(profile, 1);
  const bottoms = endEvidence(profile, -1);
  const tilt = PRIOR_HU * (squared(sagittal / TILT_SD_DEG.sagittal) + squared(coronal / TILT_SD_DEG.coronal));
  let best: Scored = { sagittal, coronal, score: Number.NEGATIVE_INFINITY, top: 0, bottom: 0 };
  for (let bottom = -END_MM.most; bottom <= -END_MM.least; bottom += 1) {
    for (let top = Math.max(END_MM.least, bottom + HEIGHT_MM.least); top <= END_MM.most; top += 1) {
      const ends = (tops[top + REACH_MM] ?? Number.NaN) + (bottoms[bottom + REACH_MM] ?? Number.NaN);
      const over = top - bottom - HEIGHT_MM.usual;
      const prior = PRIOR_HU * (squared(over / (over > 0 ? HEIGHT_MM.sdAbove : HEIGHT_MM.sdBelow)) + squared((top + bottom) / 2 / OFF_MIDDLE_MM));
      const score = ends - prior - tilt;
      // The hill costs time and only lowers the score.
      if (score <= best.score) continue;
      const whole = score - HILL_WEIGHT * hillHu(profile, bottom + REACH_MM, top + REACH_MM);
      if (whole > best.score) best = { sagittal, coronal, score: whole, top, bottom };
    }
  }
  return best;
}

function tangent(degrees: number): number {
  return Math.tan((degrees * Math.PI) / 180);
}

/**
 * Axis and ends of the body round a pick, to about 4° and 1 mm: of many leanings the one along which the endplates are sharpest.
 * Null where no ends lie inside the scan.
 * @param around the axis from which leanings are counted
 */
export function findBodyAxis(sample: BlockSampler, pick: WorldPoint, around: WorldVector): BodyAxis | null {
  const base = frameOfAxis(around);
  const frameAt = (sagittal: number, coronal: number): BodyFrame => frameOfAxis(leaning(base, tangent(sagittal), tangent(coronal)));
  const scoreAt = (sagittal: number, coronal: number): Scored => scoreAxis(profileAlong(sample, pick, frameAt(sagittal, coronal)), sagittal, coronal);
  const better = (one: Scored, other: Scored): Scored => (other.score > one.score ? other : one);
  const coarse = SAGITTAL_DEG.flatMap((sagittal) => CORONAL_DEG.map((coronal) => scoreAt(sagittal, coronal))).reduce(better);
  const fine = FINER_DEG.flatMap((sagittal) => FINER_DEG.map((coronal) => scoreAt(coarse.sagittal + sagittal, coarse.coronal + coronal))).reduce(better, coarse);
  if (!Number.isFinite(fine.score)) return null;
  return { frame: frameAt(fine.sagittal, fine.coronal), topMm: fine.top, bottomMm: fine.bottom };
}
