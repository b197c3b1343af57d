import type { Brand } from './brand.ts';

/** Point in DICOM patient coordinates: x to the patient's left, y posterior, z superior; mm. */
export type WorldPoint = Brand<readonly [number, number, number], 'WorldPoint'>;

/** Continuous voxel index (i, j, k) = (column, row, slice sorted along the slice normal); voxel centres at integers. */
export type VoxelIndex = Brand<readonly [number, number, number], 'VoxelIndex'>;

/** Direction or displacement in LPS, mm. */
export type WorldVector = readonly [number, number, number];

export function worldPoint(x: number, y: number, z: number): WorldPoint {
  return [x, y, z] as unknown as WorldPoint;
}

export function voxelIndex(i: number, j: number, k: number): VoxelIndex {
  return [i, j, k] as unknown as VoxelIndex;
}

export function addVector(point: WorldPoint, vector: WorldVector): WorldPoint {
  return worldPoint(point[0] + vector[0], point[1] + vector[1], point[2] + vector[2]);
}

/** Euclidean distance, mm. */
export function distanceMm(a: WorldPoint, b: WorldPoint): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
