import { invertAffine, stepVectors, worldToIndex } from '../geometry/affine.ts';
import type { WorldPoint } from '../geometry/spaces.ts';
import type { PatchSpec } from '../model/manifest.ts';
import { patchSize } from '../model/shapes.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from './volume-source.ts';

/**
 * Voxels kept round the patch on each side. Trilinear interpolation needs one; with two, no sample ever falls into the
 * half voxel beyond a cut face, where it would take the edge value although the scan goes on.
 */
const PADDING_VOX = 2;

/**
 * Box of all voxels that the patch round a centre reads, with padding. Not clipped: it may reach beyond the scan.
 * @param volume only its affine is used
 */
export function boxForPatch(volume: Pick<VolumeSource, 'indexToWorld'>, centreLps: WorldPoint, spec: PatchSpec): VoxelBox {
  const inverse = invertAffine(volume.indexToWorld);
  const centre = worldToIndex(inverse, centreLps);
  const [alongX, alongY, alongZ] = stepVectors(inverse);
  const [depth, height, width] = patchSize(spec);
  const [spacingZ, spacingY, spacingX] = spec.spacingMm;
  const bounds = ([0, 1, 2] as const).map((axis) => {
    // Half the extent of the turned patch along this scan axis, to the outer faces of its voxels.
    const reach =
      (Math.abs(alongX[axis]) * width * spacingX +
        Math.abs(alongY[axis]) * height * spacingY +
        Math.abs(alongZ[axis]) * depth * spacingZ) / 2;
    return {
      min: Math.floor(centre[axis] - reach) - PADDING_VOX,
      max: Math.ceil(centre[axis] + reach) + PADDING_VOX + 1,
    };
  });
  const [i, j, k] = bounds as [VoxelBounds, VoxelBounds, VoxelBounds];
  return { min: [i.min, j.min, k.min], max: [i.max, j.max, k.max] };
}

type VoxelBounds = { readonly min: number; readonly max: number };

/**
 * Copies what the patch round a centre needs. The copy is the caller's, to transfer to a worker.
 * Throws when the volume clips otherwise than `VolumeSource` says: a block cut short would pass for the scan's edge.
 */
export function cropForPatch(volume: VolumeSource, centreLps: WorldPoint, spec: PatchSpec): SourceBlock {
  const box = boxForPatch(volume, centreLps, spec);
  const block = volume.readBlock(box);
  for (const axis of [0, 1, 2] as const) {
    const wanted = Math.max(0, Math.min(box.max[axis], volume.sizeVox[axis]) - Math.max(box.min[axis], 0));
    if (block.sizeVox[axis] !== wanted) {
      throw new Error(`Volume ${volume.id} gave ${block.sizeVox[axis]} voxels along axis ${axis} where the scan has ${wanted}.`);
    }
  }
  return block;
}
