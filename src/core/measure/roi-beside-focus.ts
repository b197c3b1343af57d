import { pointIn } from './body-frame.ts';
import { BODY_ROI } from './body-roi.ts';
import type { BodyGrid } from './doubts/body-grid.ts';
import { findParts, noiseOf } from './doubts/foci.ts';
import { DOUBT_LIMITS } from './doubts/limits.ts';
import { samplesInRegion, touchedBy } from './doubts/region-without.ts';
import type { Roi } from './roi.ts';
import type { VertebraFit } from './vertebra-fit.ts';

/** How a region may shrink to find room beside a focus. The Python twin takes this from app-rules.json. */
export const BESIDE_FOCUS = {
  /** Of the usual half width and half depth, both by the same. */
  shares: [1, 0.85, 0.7, 0.55, 0.45],
  heightStepMm: 1,
  leastHeightMm: 4,
  /** Of the usual region's samples: where less is clear, the region stays. */
  leastShare: 0.15,
  /** Directions from a region's middle in which its distance to the walls is kept. */
  wallSectors: 12,
} as const;

type Size = Pick<Roi, 'halfWidthMm' | 'halfDepthMm' | 'heightMm'>;
/** Steps of the grid along its x, y and z. */
type Cell = readonly [number, number, number];
/** `moved`: squared distance from the usual place, in steps: whole numbers, so that the Python twin breaks ties alike. */
type Candidate = { readonly size: Size; readonly place: Cell; readonly count: number; readonly moved: number };

/**
 * The largest region beside a focus that lies in the usual one, as readers place it (domain.md part 7; docs/evaluation/measuring.md): clear
 * of the focus and of the samples that touch it, no farther back than usual, no closer to walls and endplates. A focus is what the gates
 * `dense-focus` and `haemangioma` mark; beside a lytic one nothing was gained (docs/experiments.md).
 * @param grid of the fitted body
 * @returns null where the usual region is to stay: it is clear, the scan too noisy or the body too uneven to tell, or there is no room
 */
export function roiBesideFocus(grid: BodyGrid, fit: VertebraFit, usual: Roi): Roi | null {
  const isBarred = barredBy(grid);
  const usualSamples = Array.from(samplesInRegion(grid, usual).entries()).filter(([, value]) => value === 1);
  if (isBarred === null || !usualSamples.some(([n]) => isBarred[n] === 1)) return null;
  const rearmost = -Math.ceil((BODY_ROI.forwardShare * fit.halfDepthMm) / STEP_MM);
  let best: Candidate | null = null;
  for (const size of sizesFrom(usual)) {
    const offsets = offsetsIn(size);
    for (const place of placesFor(size, grid.size, fit, rearmost)) {
      const count = countClear(grid, isBarred, offsets, place);
      if (count === null || count < BESIDE_FOCUS.leastShare * usualSamples.length) continue;
      const candidate = { size, place, count, moved: place[0] ** 2 + (place[1] - rearmost) ** 2 + place[2] ** 2 };
      if (best === null || isBetter(candidate, best)) best = candidate;
    }
  }
  if (best === null) return null;
  const [x, y, z] = best.place.map((cell) => cell * STEP_MM) as [number, number, number];
  return { ...usual, ...best.size, centreLps: pointIn(fit, fit.centreLps, x, y, z) };
}

const STEP_MM = DOUBT_LIMITS.grid.stepMm;

/** Samples that a region must not hold, 1 each; null where nothing stands out, noise may pass for it, or so much does that dense parts are the body's own. */
function barredBy(grid: BodyGrid): Uint8Array | null {
  if (noiseOf(grid) > DOUBT_LIMITS.noiseHu) return null;
  const { dense, loose, fatShare } = findParts(grid);
  const isFat = fatShare > DOUBT_LIMITS.fatShare;
  const [denseMm3, looseMm3] = [dense.length * grid.cellMm3, loose.length * grid.cellMm3];
  if (!isFat && looseMm3 > DOUBT_LIMITS.loose.markMm3) return null;
  const foci = [...(denseMm3 > DOUBT_LIMITS.dense.markMm3 ? dense : []), ...(isFat && looseMm3 > DOUBT_LIMITS.loose.fatMarkMm3 ? loose : [])];
  return foci.length === 0 ? null : touchedBy(grid, foci);
}

/** Largest first. */
function* sizesFrom(usual: Size): Generator<Size> {
  for (const share of BESIDE_FOCUS.shares) {
    for (let heightMm = usual.heightMm; heightMm >= Math.min(usual.heightMm, BESIDE_FOCUS.leastHeightMm); heightMm -= BESIDE_FOCUS.heightStepMm) {
      yield { halfWidthMm: share * usual.halfWidthMm, halfDepthMm: share * usual.halfDepthMm, heightMm };
    }
  }
}

/** From the middle of a region to its samples, and to those within half a step of its ends: it is less than its height from the first to the last. */
function offsetsIn({ halfWidthMm, halfDepthMm, heightMm }: Size): readonly Cell[] {
  const [a, b, c] = [halfWidthMm, halfDepthMm, (heightMm + STEP_MM) / 2].map((half) => cellsTo(half)) as [number, number, number];
  const all = range(-c, c).flatMap((k) => range(-b, b).flatMap((j) => range(-a, a).map((i): Cell => [i, j, k])));
  return all.filter(([i, j]) => ((i * STEP_MM) / halfWidthMm) ** 2 + ((j * STEP_MM) / halfDepthMm) ** 2 <= 1);
}

/** From the middle of the grid to where that of a region may lie. */
function placesFor({ halfWidthMm, halfDepthMm, heightMm }: Size, [nx, ny]: BodyGrid['size'], { halfWidthMm: width, halfDepthMm: depth, heightsMm }: VertebraFit, rearmost: number): readonly Cell[] {
  const { wallMarginMm, endplateMarginMm } = BODY_ROI;
  const [a, b] = [(nx - 1) / 2, (ny - 1) / 2];
  const roomMm = Math.min(heightsMm.middle, heightsMm.anterior) / 2 - endplateMarginMm - heightMm / 2;
  const c = cellsTo(Math.max(0, roomMm));
  const angles = range(0, BESIDE_FOCUS.wallSectors - 1).map((sector) => (2 * Math.PI * sector) / BESIDE_FOCUS.wallSectors);
  const isInside = (x: number, y: number): boolean => angles.every((angle) =>
    ((x + halfWidthMm * Math.cos(angle)) / (width - wallMarginMm)) ** 2 + ((y + halfDepthMm * Math.sin(angle)) / (depth - wallMarginMm)) ** 2 <= 1);
  const across = range(-b, rearmost).flatMap((j) => range(-a, a).filter((i) => isInside(i * STEP_MM, j * STEP_MM)).map((i) => [i, j] as const));
  return range(-c, c).flatMap((k) => across.map(([i, j]): Cell => [i, j, k]));
}

/** Samples of a region inside the body's grid; null where one is barred. */
function countClear({ size: [nx, ny, nz], isKnown }: BodyGrid, isBarred: Uint8Array, offsets: readonly Cell[], [i, j, k]: Cell): number | null {
  const [a, b, c] = [i + (nx - 1) / 2, j + (ny - 1) / 2, k + (nz - 1) / 2];
  let count = 0;
  for (const [di, dj, dk] of offsets) {
    const [x, y, z] = [a + di, b + dj, c + dk];
    if (x < 0 || x >= nx || y < 0 || y >= ny || z < 0 || z >= nz) continue;
    const n = x + nx * (y + ny * z);
    if (isBarred[n] === 1) return null;
    count += isKnown[n] ?? 0;
  }
  return count;
}

/** More samples; of as many the larger region; of as large ones the nearer to the usual place. */
function isBetter(one: Candidate, other: Candidate): boolean {
  if (one.count !== other.count) return one.count > other.count;
  const [volume, otherVolume] = [one, other].map(({ size }) => size.halfWidthMm * size.halfDepthMm * size.heightMm) as [number, number];
  return volume === otherVolume ? one.moved < other.moved : volume > otherVolume;
}

function cellsTo(mm: number): number {
  return Math.floor(mm / STEP_MM);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
}
