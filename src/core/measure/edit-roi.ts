import { dotOf } from '../geometry/vectors.ts';
import type { WorldVector } from '../geometry/spaces.ts';
import type { Roi } from './roi.ts';

type RoiSize = Pick<Roi, 'halfWidthMm' | 'halfDepthMm' | 'heightMm'>;

/** Sizes that a reader can give a region: enough samples for a mean, and no more than a large lumbar body; mm. */
export const ROI_SIZE_MM = { halfWidth: [2, 25], halfDepth: [2, 20], height: [2, 40] } as const;

export function isRoiSize({ halfWidthMm, halfDepthMm, heightMm }: RoiSize): boolean {
  const { halfWidth, halfDepth, height } = ROI_SIZE_MM;
  return isWithin(halfWidthMm, halfWidth) && isWithin(halfDepthMm, halfDepth) && isWithin(heightMm, height);
}

function isWithin(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high;
}

function clamped(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

/** The region moved by a displacement in LPS, mm. */
export function movedRoi(roi: Roi, [x, y, z]: WorldVector): Roi {
  const [cx, cy, cz] = roi.centreLps;
  return { ...roi, centreLps: [cx + x, cy + y, cz + z] };
}

/** The region larger by so many mm on every side, within the sizes allowed. */
export function grownRoi(roi: Roi, mm: number): Roi {
  const { halfWidth, halfDepth, height } = ROI_SIZE_MM;
  return { ...roi, halfWidthMm: clamped(roi.halfWidthMm + mm, halfWidth), halfDepthMm: clamped(roi.halfDepthMm + mm, halfDepth), heightMm: clamped(roi.heightMm + 2 * mm, height) };
}

/** One face of the region: to the left, in front or on top; the opposite one moves likewise. */
export type RoiFace = 'left' | 'front' | 'up';

/** The region with one face pulled by a displacement in LPS, mm; the middle stays. */
export function pulledRoi(roi: Roi, face: RoiFace, by: WorldVector): Roi {
  const { halfWidth, halfDepth, height } = ROI_SIZE_MM;
  const mm = dotOf(roi[face], by);
  switch (face) {
    case 'left':
      return { ...roi, halfWidthMm: clamped(roi.halfWidthMm + mm, halfWidth) };
    case 'front':
      return { ...roi, halfDepthMm: clamped(roi.halfDepthMm + mm, halfDepth) };
    case 'up':
      return { ...roi, heightMm: clamped(roi.heightMm + 2 * mm, height) };
  }
}
