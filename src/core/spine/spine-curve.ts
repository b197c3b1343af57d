import { distanceMm, worldPoint, type WorldPoint, type WorldVector } from '../geometry/spaces.ts';
import { splineThrough } from './spline.ts';

/** Two points make a straight line, which the sagittal plane shows as well. */
const FEWEST_CENTRES = 3;

/** The curve goes on straight for this long at both ends: the outermost body and the disc behind it; mm. */
const EXTENSION_MM = 30;
/** Distance of the frames that are kept, mm. A spine bends by less than half a degree on this length. */
const FRAME_STEP_MM = 0.5;
/** Steps of the spline's parameter that its length is summed over; mm. */
const FINE_STEP_MM = 0.25;
/** Centres nearer than this, head to feet, are one vertebra marked twice: a curve through both would turn back on itself; mm. */
const NEAREST_CENTRES_MM = 6;
const ANTERIOR: WorldVector = [0, -1, 0];
const UPWARDS: WorldVector = [0, 0, 1];

/** Place and axes at one point of the curve; unit vectors in LPS at right angles to each other, left = front × along. */
export type CurveFrame = {
  readonly point: WorldPoint;
  /** Towards the feet. */
  readonly along: WorldVector;
  readonly front: WorldVector;
  readonly left: WorldVector;
};

/** A point told by the curve: how far along it from its upper end, and how far off it in the frame there; mm. */
export type CurvePoint = { readonly alongMm: number; readonly frontMm: number; readonly leftMm: number };

/** A smooth line through the centres of vertebral bodies with axes that do not turn about it. Coordinates are lengths along and across the line. */
export type SpineCurve = {
  readonly lengthMm: number;
  /** Beyond the ends the curve goes on straight. */
  readonly frameAt: (alongMm: number) => CurveFrame;
  readonly toWorld: (point: CurvePoint) => WorldPoint;
  /** Of the nearest point of the curve; `alongMm` is below 0 or above the length for what lies beyond its ends. */
  readonly toCurve: (point: WorldPoint) => CurvePoint;
};

/**
 * The curve through centres in any order: a natural cubic spline from head to feet, extended straight at both ends.
 * Its axes begin in the middle with the patient's front and are carried along without a turn about the curve (parallel transport), so that a
 * straightened picture along them is not twisted.
 * @returns null for fewer than three centres
 */
export function makeSpineCurve(centres: readonly WorldPoint[]): SpineCurve | null {
  const knots = headToFeet(centres);
  if (knots.length < FEWEST_CENTRES) return null;
  const frames = carriedFrames(evenPoints(knots));
  const lengthMm = (frames.length - 1) * FRAME_STEP_MM;

  const frameAt = (alongMm: number): CurveFrame => {
    const place = Math.min(Math.max(alongMm / FRAME_STEP_MM, 0), frames.length - 1);
    const index = Math.min(Math.floor(place), frames.length - 2);
    const [one, next] = [frameOf(frames, index), frameOf(frames, index + 1)];
    const share = place - index;
    const beyondMm = alongMm - place * FRAME_STEP_MM;
    const along = unit(mixed(one.along, next.along, share));
    const front = unit(across(mixed(one.front, next.front, share), along));
    return { point: moved(mixed(one.point, next.point, share), along, beyondMm), along, front, left: cross(front, along) };
  };
  const toWorld = ({ alongMm, frontMm, leftMm }: CurvePoint): WorldPoint => {
    const { point, front, left } = frameAt(alongMm);
    return moved(moved(point, front, frontMm), left, leftMm);
  };
  const toCurve = (point: WorldPoint): CurvePoint => {
    const alongMm = nearestAlong(frames, point);
    const { point: on, front, left } = frameAt(alongMm);
    const offset = between(on, point);
    return { alongMm, frontMm: dot(offset, front), leftMm: dot(offset, left) };
  };
  return { lengthMm, frameAt, toWorld, toCurve };
}

/** Labels may be wrong, heights are not: ordered by z, one of each pair that stands too near left out. */
function headToFeet(centres: readonly WorldPoint[]): readonly WorldPoint[] {
  const kept: WorldPoint[] = [];
  for (const centre of centres.toSorted((a, b) => b[2] - a[2])) {
    const above = kept.at(-1);
    if (above === undefined || above[2] - centre[2] >= NEAREST_CENTRES_MM) kept.push(centre);
  }
  return kept;
}

/** Points of the curve every FRAME_STEP_MM of its length, ends extended. */
function evenPoints(knots: readonly WorldPoint[]): readonly WorldPoint[] {
  const spline = splineThrough(knots);
  const fine: WorldPoint[] = [];
  const steps = Math.ceil(spline.end / FINE_STEP_MM);
  for (let n = 0; n <= steps; n += 1) fine.push(spline.at((n / steps) * spline.end));
  const [first = worldPoint(0, 0, 0), second = first] = fine;
  const [last = first, beforeLast = first] = fine.toReversed();
  fine.unshift(moved(first, unit(between(second, first)), EXTENSION_MM));
  fine.push(moved(last, unit(between(beforeLast, last)), EXTENSION_MM));

  const even: WorldPoint[] = [];
  let passedMm = 0;
  for (const [n, point] of fine.entries()) {
    const next = fine[n + 1];
    if (next === undefined) break;
    const gapMm = distanceMm(point, next);
    while (even.length * FRAME_STEP_MM <= passedMm + gapMm) even.push(worldPoint(...mixed(point, next, (even.length * FRAME_STEP_MM - passedMm) / gapMm)));
    passedMm += gapMm;
  }
  return even;
}

/** Axes carried from the middle to both ends: each is the one before, laid across the curve again. */
function carriedFrames(points: readonly WorldPoint[]): readonly CurveFrame[] {
  const along = points.map((point, n) => unit(between(points[n - 1] ?? point, points[n + 1] ?? point)));
  const middle = Math.floor(points.length / 2);
  const fronts: WorldVector[] = [];
  const alongAt = (n: number): WorldVector => along[n] ?? UPWARDS;
  const start = across(ANTERIOR, alongAt(middle));
  // A spine that runs from front to back has no front of its own; up is one.
  fronts[middle] = unit(Math.hypot(...start) > 0.1 ? start : across(UPWARDS, alongAt(middle)));
  for (let n = middle + 1; n < points.length; n += 1) fronts[n] = unit(across(fronts[n - 1] ?? ANTERIOR, alongAt(n)));
  for (let n = middle - 1; n >= 0; n -= 1) fronts[n] = unit(across(fronts[n + 1] ?? ANTERIOR, alongAt(n)));
  return points.map((point, n) => {
    const front = fronts[n] ?? ANTERIOR;
    return { point, along: alongAt(n), front, left: cross(front, alongAt(n)) };
  });
}

/** Where the offset from the curve stands at right angles to it, next to the nearest of the frames. */
function nearestAlong(frames: readonly CurveFrame[], point: WorldPoint): number {
  let nearest = 0;
  let least = Infinity;
  for (let n = 0; n < frames.length; n += 1) {
    const distance = distanceMm(frameOf(frames, n).point, point);
    if (distance < least) [least, nearest] = [distance, n];
  }
  const ahead = (n: number): number => dot(between(frameOf(frames, n).point, point), frameOf(frames, n).along);
  const here = ahead(nearest);
  const isBeyond = (nearest === 0 && here < 0) || (nearest === frames.length - 1 && here > 0);
  if (isBeyond) return nearest * FRAME_STEP_MM + here;
  // The last frame has none behind it.
  const from = Math.min(here < 0 ? nearest - 1 : nearest, frames.length - 2);
  const [before, after] = [ahead(from), ahead(from + 1)];
  return (from + before / (before - after)) * FRAME_STEP_MM;
}

function frameOf(frames: readonly CurveFrame[], n: number): CurveFrame {
  const frame = frames[n];
  if (frame === undefined) throw new RangeError(`The curve has no frame ${n}.`);
  return frame;
}

function between(from: WorldPoint, to: WorldPoint): WorldVector {
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

function mixed(one: WorldVector | WorldPoint, other: WorldVector | WorldPoint, share: number): [number, number, number] {
  return [one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share, one[2] + (other[2] - one[2]) * share];
}

function moved(point: WorldVector | WorldPoint, direction: WorldVector, byMm: number): WorldPoint {
  return worldPoint(point[0] + direction[0] * byMm, point[1] + direction[1] * byMm, point[2] + direction[2] * byMm);
}

/** The part of a vector that is at right angles to a unit vector. */
function across(vector: WorldVector, direction: WorldVector): WorldVector {
  const share = dot(vector, direction);
  return [vector[0] - share * direction[0], vector[1] - share * direction[1], vector[2] - share * direction[2]];
}

function unit(vector: WorldVector): WorldVector {
  const length = Math.hypot(...vector);
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}

function dot(a: WorldVector, b: WorldVector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: WorldVector, b: WorldVector): WorldVector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
