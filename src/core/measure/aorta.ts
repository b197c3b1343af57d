import type { AxialSlab } from './axial-slab.ts';

/** Where the aorta lies from a body's centre, mm: in front of it and to its left (thoracic beside, lumbar before it). */
const WINDOW_MM = { left: { min: -10, max: 32 }, front: { min: 8, max: 62 } } as const;
const EXPECTED_MM = { left: 10, front: 30, spread: 16 } as const;
const RADII_MM = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] as const;
/** Blood without contrast has 30 to 50 HU, at the height of an arterial phase up to 400 (domain.md 3.3); noise widens that. */
const BLOOD_HU = { min: 10, max: 600 } as const;
const DIRECTIONS = 24;
const COMPASS = Array.from({ length: DIRECTIONS }, (_, n) => [Math.cos((2 * Math.PI * n) / DIRECTIONS), Math.sin((2 * Math.PI * n) / DIRECTIONS)] as const);
/** A wall is where attenuation changes by this much within {@link BEYOND_MM} of the circle; HU. */
const EDGE_HU = 25;
const WITHIN_MM = 2;
const BEYOND_MM = 3;
/** Share of the directions with a wall, and of those in which the lumen is even up to it. */
const MIN_WALL = 0.55;
const MIN_EVEN = 0.85;
/** Of the cells of a vessel's lumen; sharp kernels have more noise, and then nothing is found. */
const MAX_SD_HU = 45;

/** A round vessel seen in a slab. */
export type VesselSection = { readonly column: number; readonly row: number; readonly radiusMm: number; readonly score: number };

/**
 * The aorta's section beside the vertebral body at a cell: the disc that is even inside and has a wall all round; null where
 * none is convincing. The aorta is the only large vessel in front and to the left; the inferior vena cava lies to the right.
 */
export function findAorta(slab: AxialSlab, body: { readonly column: number; readonly row: number }): VesselSection | null {
  const { stepMm } = slab;
  const [left0, left1] = [Math.ceil(WINDOW_MM.left.min / stepMm), Math.floor(WINDOW_MM.left.max / stepMm)];
  const [front0, front1] = [Math.ceil(WINDOW_MM.front.min / stepMm), Math.floor(WINDOW_MM.front.max / stepMm)];
  let best: VesselSection | null = null;
  for (let front = front0; front <= front1; front += 1) {
    for (let left = left0; left <= left1; left += 1) {
      const [column, row] = [body.column + left, body.row - front];
      const middle = slab.meanHu[row * slab.columns + column] ?? Number.NaN;
      if (!(middle > BLOOD_HU.min - MAX_SD_HU && middle < BLOOD_HU.max + MAX_SD_HU)) continue;
      const away = Math.hypot(left * stepMm - EXPECTED_MM.left, front * stepMm - EXPECTED_MM.front) / EXPECTED_MM.spread;
      for (const radiusMm of RADII_MM) {
        const quality = discQuality(slab, column, row, radiusMm);
        if (quality === null) continue;
        // Of discs within one lumen the largest that still has its wall is the vessel.
        const score = quality + radiusMm / 40 - 0.12 * away * away;
        if (best === null || score > best.score) best = { column, row, radiusMm, score };
      }
    }
  }
  return best;
}

/** Wall plus evenness, 0 to 2; null where the disc is no vessel. */
function discQuality(slab: AxialSlab, column: number, row: number, radiusMm: number): number | null {
  const lumen = discValues(slab, column, row, 0.7 * radiusMm);
  if (lumen === null) return null;
  const mean = lumen.reduce((sum, hu) => sum + hu, 0) / lumen.length;
  if (mean < BLOOD_HU.min || mean > BLOOD_HU.max) return null;
  const sd = Math.sqrt(lumen.reduce((sum, hu) => sum + (hu - mean) ** 2, 0) / lumen.length);
  if (sd > MAX_SD_HU) return null;
  const tolerance = Math.max(EDGE_HU, 2 * sd);
  let walls = 0;
  let even = 0;
  for (const [cos, sin] of COMPASS) {
    const along = (mm: number): number => sampleAt(slab, column + (cos * mm) / slab.stepMm, row + (sin * mm) / slab.stepMm);
    if (Math.abs(along(radiusMm - WITHIN_MM) - mean) <= tolerance) even += 1;
    if (Math.abs(along(radiusMm + BEYOND_MM) - mean) > tolerance) walls += 1;
  }
  const [wall, evenness] = [walls / DIRECTIONS, even / DIRECTIONS];
  return wall < MIN_WALL || evenness < MIN_EVEN ? null : wall + evenness - sd / 100;
}

/** Mean HU of the cells within a radius; null where any lies outside the scan. */
function discValues({ columns, rows, stepMm, meanHu }: AxialSlab, column: number, row: number, radiusMm: number): readonly number[] | null {
  const values: number[] = [];
  const reach = Math.floor(radiusMm / stepMm);
  for (let dr = -reach; dr <= reach; dr += 1) {
    for (let dc = -reach; dc <= reach; dc += 1) {
      if (Math.hypot(dc, dr) * stepMm > radiusMm) continue;
      const [c, r] = [column + dc, row + dr];
      const hu = c < 0 || r < 0 || c >= columns || r >= rows ? Number.NaN : (meanHu[r * columns + c] ?? Number.NaN);
      if (Number.isNaN(hu)) return null;
      values.push(hu);
    }
  }
  return values;
}

/** Bilinear; NaN beside the slab. */
function sampleAt({ columns, rows, meanHu }: AxialSlab, column: number, row: number): number {
  const [c, r] = [Math.floor(column), Math.floor(row)];
  if (c < 0 || r < 0 || c + 1 >= columns || r + 1 >= rows) return Number.NaN;
  const [fc, fr] = [column - c, row - r];
  const at = (index: number): number => meanHu[index] ?? Number.NaN;
  const n = r * columns + c;
  return (at(n) * (1 - fc) + at(n + 1) * fc) * (1 - fr) + (at(n + columns) * (1 - fc) + at(n + columns + 1) * fc) * fr;
}
