import type { WorldPoint } from '../geometry/spaces.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import { findAorta } from './aorta.ts';
import { cellOf, cellsWithin, readAxialSlab, type AxialSlab, type SlabCell } from './axial-slab.ts';
import { distanceTo, maskBody, type BodyMask } from './body-mask.ts';

export const TISSUES = ['air', 'fat', 'muscle', 'blood'] as const;
export type TissueName = (typeof TISSUES)[number];

/** What the scan shows of one tissue: of single samples, not smoothed. HU, mm². */
export type TissueReading = { readonly medianHu: number; readonly sdHu: number; readonly areaMm2: number };

/** Air outside the body, subcutaneous fat, muscle beside the spine, blood in the aorta; null where it was not found. */
export type InternalTissues = Readonly<Record<TissueName, TissueReading | null>>;

/** Less than this is not a tissue but a seam. */
const MIN_AREA_MM2 = 120;
/** Air this far from the skin, the table and the edge of the scan. */
const AIR_MARGIN_MM = 10;
/** Scanners write −1024 and less where they reconstruct nothing. */
const PADDING_HU = -1050;
/** Mean of three planes: fat and muscle with their spread between people and kVp (domain.md 3.3), no mixture of both. */
const FAT_HU = { min: -150, max: -60 } as const;
const MUSCLE_HU = { min: 0, max: 120 } as const;
/** Subcutaneous: below the skin, above the muscle of the wall; mm from the air. */
const FAT_DEPTH_MM = { min: 4, max: 30 } as const;
/** Erector spinae and multifidus: beside the spinous process, behind the transverse ones; from the body's centre, mm. */
const MUSCLE_REGION_MM = { side: { min: 14, max: 58 }, behind: { min: 28, max: 85 } } as const;
/** Of the vessel's radius: clear of wall and calcification. */
const LUMEN_SHARE = 0.7;

/**
 * The tissues that every CT brings with it, in a slab through a vertebral body: a check of the scanner (domain.md 2.7, 3.3), never
 * a correction.
 * @param centreLps of the body, T10 to L5
 */
export function findInternalTissues(volume: VolumeSource, centreLps: WorldPoint): InternalTissues {
  return tissuesInSlab(readAxialSlab(volume, centreLps), centreLps);
}

/** @param slab at the centre */
export function tissuesInSlab(slab: AxialSlab, centreLps: WorldPoint): InternalTissues {
  const body = cellOf(slab, centreLps);
  const mask = maskBody(slab, body.row * slab.columns + body.column);
  return { air: readAir(slab, mask), fat: readFat(slab, mask, body), muscle: readMuscle(slab, mask, body), blood: readBlood(slab, body) };
}

function readAir(slab: AxialSlab, { isAir }: BodyMask): TissueReading | null {
  const { columns, rows, stepMm, meanHu, planesHu } = slab;
  const marginCells = AIR_MARGIN_MM / stepMm;
  const toOthers = distanceTo(isAir.map((value) => 1 - value), columns, rows);
  return readCells(slab, (n) => {
    const column = n % columns;
    const isInner = column >= marginCells && column < columns - marginCells && n >= marginCells * columns && n < columns * (rows - marginCells);
    // Equal in all planes: padding, or clipped at the lowest value that the scanner writes.
    const isMade = planesHu.every((plane) => plane[n] === planesHu[0]?.[n]);
    return isInner && !isMade && (meanHu[n] ?? Number.NaN) > PADDING_HU && (toOthers[n] ?? 0) >= marginCells;
  });
}

function readFat(slab: AxialSlab, { isBody, depthMm }: BodyMask, body: SlabCell): TissueReading | null {
  const isFat = cellsWithin(slab, FAT_HU);
  return readCells(slab, (n) => {
    const depth = depthMm[n] ?? Number.POSITIVE_INFINITY;
    return isFat[n] === 1 && isBody[n] === 1 && depth >= FAT_DEPTH_MM.min && depth <= FAT_DEPTH_MM.max && Math.floor(n / slab.columns) > body.row;
  });
}

function readMuscle(slab: AxialSlab, { isBody }: BodyMask, body: SlabCell): TissueReading | null {
  const { side, behind } = MUSCLE_REGION_MM;
  const isMuscle = cellsWithin(slab, MUSCLE_HU);
  return readCells(slab, (n) => {
    const x = Math.abs((n % slab.columns) - body.column) * slab.stepMm;
    const y = (Math.floor(n / slab.columns) - body.row) * slab.stepMm;
    return isMuscle[n] === 1 && isBody[n] === 1 && x >= side.min && x <= side.max && y >= behind.min && y <= behind.max;
  });
}

function readBlood(slab: AxialSlab, body: SlabCell): TissueReading | null {
  const aorta = findAorta(slab, body);
  if (aorta === null) return null;
  const radius = (LUMEN_SHARE * aorta.radiusMm) / slab.stepMm;
  return readCells(slab, (n) => Math.hypot((n % slab.columns) - aorta.column, Math.floor(n / slab.columns) - aorta.row) <= radius, 0);
}

function readCells({ stepMm, planesHu, meanHu }: AxialSlab, isIn: (cell: number) => boolean, minAreaMm2 = MIN_AREA_MM2): TissueReading | null {
  const values: number[] = [];
  let cells = 0;
  for (let n = 0; n < meanHu.length; n += 1) {
    if (Number.isNaN(meanHu[n] ?? Number.NaN) || !isIn(n)) continue;
    cells += 1;
    for (const plane of planesHu) values.push(plane[n] ?? Number.NaN);
  }
  const areaMm2 = cells * stepMm * stepMm;
  if (cells === 0 || areaMm2 < minAreaMm2) return null;
  const sorted = Float64Array.from(values).toSorted();
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { medianHu: sorted[sorted.length >> 1] ?? Number.NaN, sdHu: Math.sqrt(variance), areaMm2 };
}
