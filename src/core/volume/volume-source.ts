import type { Affine } from '../geometry/affine.ts';

/** Half-open box of voxels: min inclusive, max exclusive; order i, j, k. */
export type VoxelBox = {
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
};

/**
 * A copy of part of a scan, ready to be transferred to a worker.
 * `valuesHu` is i fastest, then j, then k. The block is clipped to the scan: whatever a reader asks for outside
 * the block is outside the scan, provided that the block was cut for that reader (see crop-block.ts).
 */
export type SourceBlock = {
  readonly sizeVox: readonly [number, number, number];
  readonly indexToWorld: Affine;
  readonly valuesHu: Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
};

/** Read access to the voxels of one open series; Cornerstone's cache owns them. Never copied whole. */
export interface VolumeSource {
  readonly id: string;
  readonly sizeVox: readonly [number, number, number];
  readonly indexToWorld: Affine;
  /**
   * Copies the voxels of the box, clipped to the scan. Size 0 along an axis where the box misses the scan.
   * @param reuse values of a block that nobody needs any more; they may be written over, or not
   */
  readBlock(box: VoxelBox, reuse?: SourceBlock['valuesHu']): SourceBlock;
}
