import type { SliceShear } from '../dicom/series.ts';
import type { VoxelBox } from './volume-source.ts';

/**
 * Whether all of a box that lies in the grid was scanned. The slices of a tilted scan are shifted onto a straight grid, and what a
 * shifted slice does not reach is filled with air (viewer/straighten.ts): a measure there would be of nothing.
 * @param box half open, in voxels of the straight grid; beyond the grid it is the scan's edge, which the samplers see themselves
 */
export function isScanned(box: VoxelBox, sizeVox: readonly [number, number, number], { pixelsPerSlice, straightSlice }: SliceShear): boolean {
  const last = sizeVox[2] - 1;
  const slices = [Math.max(0, Math.min(last, box.min[2])), Math.max(0, Math.min(last, box.max[2] - 1))];
  // The shift is linear in k, so the outermost slices of the box decide.
  return slices.every((k) =>
    ([0, 1] as const).every((axis) => {
      const shift = (k - straightSlice) * pixelsPerSlice[axis];
      const [low, high] = [Math.max(0, box.min[axis]), Math.min(sizeVox[axis], box.max[axis]) - 1];
      return low >= shift && high <= sizeVox[axis] - 1 + shift;
    }));
}
