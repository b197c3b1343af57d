import type { Affine } from '../geometry/affine.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from './volume-source.ts';

/** Some boxes of a scan, ready to be transferred to a worker. Size and affine are the whole scan's. */
export type VolumePart = {
  readonly id: string;
  readonly sizeVox: readonly [number, number, number];
  readonly indexToWorld: Affine;
  readonly blocks: readonly { readonly box: VoxelBox; readonly block: SourceBlock }[];
};

/** Copies the boxes, each clipped to the scan. */
export function readPart(volume: VolumeSource, boxes: readonly VoxelBox[]): VolumePart {
  const { id, sizeVox, indexToWorld } = volume;
  return { id, sizeVox, indexToWorld, blocks: boxes.map((box) => ({ box, block: volume.readBlock(box) })) };
}

/** The buffers to transfer with a part; it is empty afterwards. */
export function buffersOf({ blocks }: VolumePart): ArrayBuffer[] {
  return blocks.map(({ block }) => block.valuesHu.buffer);
}

/**
 * The scan as far as it was copied: every block as the whole scan would give it, to the last bit.
 * Throws for any other box, which would pass for the scan's edge otherwise.
 */
export function sourceOfPart({ id, sizeVox, indexToWorld, blocks }: VolumePart): VolumeSource {
  return {
    id,
    sizeVox,
    indexToWorld,
    readBlock(wanted) {
      const found = blocks.find(({ box }) => ([0, 1, 2] as const).every((axis) => box.min[axis] === wanted.min[axis] && box.max[axis] === wanted.max[axis]));
      if (found === undefined) throw new RangeError(`The voxels ${wanted.min.join(', ')} to ${wanted.max.join(', ')} of ${id} were not copied.`);
      return found.block;
    },
  };
}
