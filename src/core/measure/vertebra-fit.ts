import type { WorldPoint, WorldVector } from '../geometry/spaces.ts';
import { distanceMm } from '../geometry/spaces.ts';
import { makeBlockSampler, type BlockSampler } from '../volume/sample-block.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from '../volume/volume-source.ts';
import { AXIS_SEARCH, findBodyAxis } from './body-axis.ts';
import { frameOfAxis, leaning, pointIn, turned, type BodyFrame } from './body-frame.ts';
import { findTurn, TURN } from './body-turn.ts';
import { findWalls, USUAL_OUTLINE, WALLS, type BodyOutline, type BodyWalls } from './body-walls.ts';
import { EDGE } from './edge.ts';
import { ENDPLATE_RAYS, findEndplate, heightAt, type EndplateSurface } from './endplates.ts';
import { ROBUST } from './robust-fit.ts';
import { boxAround } from './roi.ts';

/** One endplate of a body. LPS, mm. */
export type Endplate = {
  readonly centreLps: WorldPoint;
  /** Unit vector out of the body. */
  readonly normalLps: WorldVector;
  /** Rim points in the mid-sagittal plane of the body. */
  readonly anteriorLps: WorldPoint;
  readonly posteriorLps: WorldPoint;
};

/** A vertebral body as fitted to the scan. LPS, mm. */
export type VertebraFit = BodyFrame & {
  /** Midway between the endplates, on the axis. */
  readonly centreLps: WorldPoint;
  /** At the waist. */
  readonly halfWidthMm: number;
  readonly halfDepthMm: number;
  /** Along `up` between the endplates, in the mid-sagittal plane of the body: at the front rim, at the centre, at the back rim. */
  readonly heightsMm: { readonly anterior: number; readonly middle: number; readonly posterior: number };
  readonly endplates: { readonly superior: Endplate; readonly inferior: Endplate };
  /** 0 to 1: how much of the surface was found where the fit has it. Below {@link MIN_FIT_CONFIDENCE} nothing of the fit is used. */
  readonly confidence: number;
};

export const MIN_FIT_CONFIDENCE = 0.5;

/** Half size of the box in patient axes that a fit reads, mm. */
const FIT_REACH_MM = [46, 46, 42] as const;

/**
 * Windows in which walls and endplates are looked for, round after round; mm. The first holds the back wall of a shallow body (half depth 12 mm)
 * picked 4 mm behind its middle; in a wider one a dense focus inside is taken for a wall (ts-example L1). The second mends a wall that was
 * missed because the vertebra was not turned yet.
 */
const ROUNDS = [{ walls: 8, ends: 5 }, { walls: 5, ends: 3 }, { walls: 3, ends: 2.5 }] as const;
/** Where a rim point is, in half depths. */
const RIM = 1;
/** Fat is the softest tissue round a body. Lung and gas are no better an end than fat, and their own steep edges lie near; HU. */
const SOFTEST_HU = -100;
/** A fit further from the pick than this is of something else; mm. */
const MOST_OFF_MM = 13;
/** Sizes that a body of T10 to L5 has, fractured ones included; mm (domain.md 3.1). */
const SIZES_MM = { halfWidth: [12, 34], halfDepth: [9, 25], middle: [6, 42] } as const;
/** Endplates are flat or hollow: a body this much higher in the middle than at both rims was taken together with a neighbour's endplate. */
const MOST_CONVEX = 1.1;
/** Shares of a surface found at which confidence is 0 and 1. */
const SHARES = { none: 0.3, full: 0.8 } as const;

/** What the Python twin takes from here and from what this uses. */
export const FIT = {
  edge: EDGE, robust: ROBUST, axis: AXIS_SEARCH, turn: TURN, walls: WALLS, endplates: ENDPLATE_RAYS, softestHu: SOFTEST_HU,
  usualOutline: { halfWidth: USUAL_OUTLINE.halfWidth, halfDepth: USUAL_OUTLINE.halfDepth },
  rounds: ROUNDS, rim: RIM, mostOffMm: MOST_OFF_MM, sizesMm: SIZES_MM, mostConvex: MOST_CONVEX, shares: SHARES, minConfidence: MIN_FIT_CONFIDENCE,
} as const;

/** What is known of a body between rounds: frame, middle of the body, and in that frame its outline and endplates. */
type Stand = { readonly frame: BodyFrame; readonly origin: WorldPoint; readonly outline: BodyOutline; readonly superior: readonly number[]; readonly inferior: readonly number[] };

type Found = { readonly frame: BodyFrame; readonly origin: WorldPoint; readonly walls: BodyWalls; readonly superior: EndplateSurface; readonly inferior: EndplateSurface };

/** Voxels that {@link fitVertebra} reads for a pick. Not clipped to the scan. */
export function boxForFit(volume: Pick<VolumeSource, 'indexToWorld'>, centreLps: WorldPoint): VoxelBox {
  return boxAround(volume, centreLps, FIT_REACH_MM);
}

/**
 * Mid-plane, endplates, axis and walls of the body round a pick. Coarse to fine: the axis along which the endplates are sharpest, then in
 * rounds the walls by rays across it and the endplates by rays along it, each edge finer than a voxel, each surface by a fit that leaves
 * outliers (a disc's gas, an osteophyte, a pedicle) out. Between the rounds the frame is turned so that the vertebra's halves mirror each other.
 * @param block the voxels of {@link boxForFit}; what it lacks counts as outside the scan
 * @param axisHint about where the spine's axis points, towards the head; without it, the patient's
 * @returns null where no body was found at all; a doubtful one has a low `confidence`
 */
export function fitVertebra(block: SourceBlock, centreLps: WorldPoint, axisHint: WorldVector = [0, 0, 1]): VertebraFit | null {
  const read = makeBlockSampler(block);
  const sample: BlockSampler = (x, y, z) => Math.max(SOFTEST_HU, read(x, y, z));
  const axis = findBodyAxis(sample, centreLps, axisHint);
  if (axis === null) return null;
  const half = (axis.topMm - axis.bottomMm) / 2;
  const origin = pointIn(axis.frame, centreLps, 0, 0, (axis.topMm + axis.bottomMm) / 2);
  let stand: Stand = { frame: axis.frame, origin, outline: USUAL_OUTLINE, superior: [half], inferior: [-half] };
  let found: Found | null = null;
  for (const windows of ROUNDS) {
    if (found !== null) stand = turnStand(sample, standOn(found));
    found = lookRound(sample, stand, windows);
    if (found === null) return null;
  }
  return found === null ? null : describeFit(found, centreLps);
}

function lookRound(sample: BlockSampler, { frame, origin, outline, superior, inferior }: Stand, windows: (typeof ROUNDS)[number]): Found | null {
  const halfHeight = ((superior[0] ?? 0) - (inferior[0] ?? 0)) / 2;
  const walls = findWalls(sample, frame, origin, halfHeight, outline, windows.walls);
  if (walls === null) return null;
  const top = findEndplate(sample, frame, origin, walls.outline, 1, superior, windows.ends);
  const bottom = findEndplate(sample, frame, origin, walls.outline, -1, inferior, windows.ends);
  return top === null || bottom === null ? null : { frame, origin, walls, superior: top, inferior: bottom };
}

/** The body's own middle, leaning as its endplates do on average. */
function standOn({ frame, origin, walls, superior, inferior }: Found): Stand {
  const { outline } = walls;
  const mean = (n: number): number => ((superior.coefficients[n] ?? 0) + (inferior.coefficients[n] ?? 0)) / 2;
  const level = ({ coefficients }: EndplateSurface): readonly number[] => coefficients.map((value, n) => (n < 3 ? value - mean(n) : value));
  return {
    frame: frameOfAxis(leaning(frame, -mean(2) / outline.halfDepth, -mean(1) / outline.halfWidth), frame.left),
    origin: pointIn(frame, origin, outline.x, outline.y, mean(0)),
    outline: { ...outline, x: 0, y: 0 },
    superior: level(superior),
    inferior: level(inferior),
  };
}

/** Turned about the axis by what is seen of it; the endplates' slopes turn along. */
function turnStand(sample: BlockSampler, { frame, origin, outline, superior, inferior }: Stand): Stand {
  const degrees = findTurn(sample, frame, origin, outline, ((superior[0] ?? 0) - (inferior[0] ?? 0)) / 2);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const along = ([height = 0, c1 = 0, c2 = 0, ...curved]: readonly number[]): readonly number[] => {
    const [toLeft, back] = [c1 / outline.halfWidth, c2 / outline.halfDepth];
    return [height, (toLeft * cos + back * sin) * outline.halfWidth, (back * cos - toLeft * sin) * outline.halfDepth, ...curved];
  };
  return { frame: turned(frame, degrees), origin, outline, superior: along(superior), inferior: along(inferior) };
}

function describeFit({ frame, origin, walls, superior, inferior }: Found, pick: WorldPoint): VertebraFit {
  const { outline, share } = walls;
  const pointAt = (surface: EndplateSurface, y: number): WorldPoint =>
    pointIn(frame, origin, outline.x, outline.y + y * outline.halfDepth, heightAt(surface.coefficients, 0, y));
  const describeEnd = (surface: EndplateSurface, sign: 1 | -1): Endplate => {
    const up = leaning(frame, -(surface.coefficients[2] ?? 0) / outline.halfDepth, -(surface.coefficients[1] ?? 0) / outline.halfWidth);
    return {
      centreLps: pointAt(surface, 0),
      normalLps: [sign * up[0], sign * up[1], sign * up[2]],
      anteriorLps: pointAt(surface, -RIM),
      posteriorLps: pointAt(surface, RIM),
    };
  };
  const heightBetween = (y: number): number => heightAt(superior.coefficients, 0, y) - heightAt(inferior.coefficients, 0, y);
  const heightsMm = { anterior: heightBetween(-RIM), middle: heightBetween(0), posterior: heightBetween(RIM) };
  const centreLps = pointIn(frame, origin, outline.x, outline.y, (heightAt(superior.coefficients, 0, 0) + heightAt(inferior.coefficients, 0, 0)) / 2);
  const isPlausible =
    isWithin(outline.halfWidth, SIZES_MM.halfWidth) && isWithin(outline.halfDepth, SIZES_MM.halfDepth) && isWithin(heightsMm.middle, SIZES_MM.middle) &&
    Math.min(heightsMm.anterior, heightsMm.posterior) > 0 && heightsMm.middle <= MOST_CONVEX * Math.max(heightsMm.anterior, heightsMm.posterior) &&
    distanceMm(centreLps, pick) <= MOST_OFF_MM;
  const found = (Math.min(share, superior.share, inferior.share) - SHARES.none) / (SHARES.full - SHARES.none);
  return {
    ...frame,
    centreLps,
    halfWidthMm: outline.halfWidth,
    halfDepthMm: outline.halfDepth,
    heightsMm,
    endplates: { superior: describeEnd(superior, 1), inferior: describeEnd(inferior, -1) },
    confidence: isPlausible ? Math.min(1, Math.max(0, found)) : 0,
  };
}

function isWithin(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high;
}
