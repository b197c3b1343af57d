import type { WorldPoint } from '../../geometry/spaces.ts';
import type { VolumeSource, VoxelBox } from '../../volume/volume-source.ts';
import { boxAround } from '../roi.ts';
import { DOUBT_LIMITS } from './limits.ts';

/** Voxels that {@link metalBeside} reads. Not clipped to the scan. */
export function boxForMetal(volume: Pick<VolumeSource, 'indexToWorld'>, centreLps: WorldPoint): VoxelBox {
  const { halfWidthMm, halfDepthMm, halfHeightMm } = DOUBT_LIMITS.metal;
  return boxAround(volume, centreLps, [halfWidthMm, halfDepthMm, halfHeightMm]);
}

/** Volume of voxels like metal in a box round a body in patient axes, mm³: screws, clips, stents, electrodes, whose streaks reach the body. */
export function metalBeside(volume: VolumeSource, centreLps: WorldPoint): number {
  const { aboveHu, halfWidthMm, halfDepthMm, halfHeightMm } = DOUBT_LIMITS.metal;
  const { valuesHu, sizeVox: [ni, nj], indexToWorld: m } = volume.readBlock(boxForMetal(volume, centreLps));
  const half = [halfWidthMm, halfDepthMm, halfHeightMm];
  let count = 0;
  for (let index = 0; index < valuesHu.length; index += 1) {
    if ((valuesHu[index] ?? 0) <= aboveHu) continue;
    const [i, j, k] = [index % ni, Math.floor(index / ni) % nj, Math.floor(index / (ni * nj))];
    const isInside = half.every((reach, row) => {
      const [a = 0, b = 0, c = 0, d = 0] = m.slice(4 * row, 4 * row + 4);
      return Math.abs(a * i + b * j + c * k + d - (centreLps[row] ?? 0)) <= reach;
    });
    if (isInside) count += 1;
  }
  const [a = 0, b = 0, c = 0, , d = 0, e = 0, f = 0, , g = 0, h = 0, l = 0] = m;
  return count * Math.abs(a * (e * l - f * h) - b * (d * l - f * g) + c * (d * h - e * g));
}
