import { makeBlockSampler } from '../../volume/sample-block.ts';
import type { VolumeSource, VoxelBox } from '../../volume/volume-source.ts';
import { boxAround } from '../roi.ts';
import type { Endplate, VertebraFit } from '../vertebra-fit.ts';
import { DOUBT_LIMITS } from './limits.ts';

/** Voxels that {@link bridgeSectors} reads at one endplate. Not clipped to the scan. */
export function boxForBridge(volume: Pick<VolumeSource, 'indexToWorld'>, { halfWidthMm, halfDepthMm }: VertebraFit, { centreLps }: Endplate): VoxelBox {
  const { radii, heightMm } = DOUBT_LIMITS.bridge;
  const reach = heightMm + Math.max(...radii) * Math.max(halfWidthMm, halfDepthMm);
  return boxAround(volume, centreLps, [reach, reach, reach]);
}

/**
 * Osteophytes that bridge a disc: the most adjacent sectors of the front and sides in which bone runs unbroken from a rim to where the
 * next body begins, above or below. 0 where the scan ends before.
 */
export function bridgeSectors(volume: VolumeSource, fit: VertebraFit): number {
  const { endplates, left, front, halfWidthMm, halfDepthMm } = fit;
  const { fromDeg, toDeg, stepDeg, radii, heightMm, heightStepMm, aboveHu } = DOUBT_LIMITS.bridge;
  let most = 0;
  for (const endplate of [endplates.superior, endplates.inferior]) {
    const { centreLps, normalLps } = endplate;
    const sample = makeBlockSampler(volume.readBlock(boxForBridge(volume, fit, endplate)));
    const isBone = (radius: number, angle: number, height: number): boolean => {
      const [along, across] = [radius * halfWidthMm * Math.cos(angle), radius * halfDepthMm * Math.sin(angle)];
      const at = (axis: 0 | 1 | 2): number => centreLps[axis] + along * left[axis] + across * front[axis] + height * normalLps[axis];
      return sample(at(0), at(1), at(2)) > aboveHu;
    };
    let run = 0;
    for (let degrees = fromDeg; degrees <= toDeg; degrees += stepDeg) {
      const angle = (degrees * Math.PI) / 180;
      let isBridged = true;
      for (let height = 0; height <= heightMm && isBridged; height += heightStepMm) isBridged = radii.some((radius) => isBone(radius, angle, height));
      run = isBridged ? run + 1 : 0;
      most = Math.max(most, run);
    }
  }
  return most;
}
