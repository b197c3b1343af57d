import { PATIENT_AXES } from '../../geometry/elliptical-cylinder.ts';
import { worldPoint } from '../../geometry/spaces.ts';
import { makeBlockSampler } from '../../volume/sample-block.ts';
import type { VolumeSource, VoxelBox } from '../../volume/volume-source.ts';
import { pointIn, type BodyFrame } from '../body-frame.ts';
import { boxAround, ROI_SHAPE, type Roi } from '../roi.ts';

/** Mean HU of the measured region's lower, middle and upper third. */
export type RoiLayers = { readonly lowerHu: number; readonly middleHu: number; readonly upperHu: number };

/** Voxels that {@link roiLayers} reads. Not clipped to the scan. */
export function boxForLayers(volume: Pick<VolumeSource, 'indexToWorld'>, { centreLps, halfWidthMm, halfDepthMm, heightMm }: Roi): VoxelBox {
  const reach = Math.hypot(halfWidthMm, halfDepthMm, heightMm / 2);
  return boxAround(volume, worldPoint(...centreLps), [reach, reach, reach]);
}

/** Null where part of the region lies outside the scan. */
export function roiLayers(volume: VolumeSource, roi: Roi & Partial<BodyFrame>): RoiLayers | null {
  const { halfWidthMm, halfDepthMm, heightMm } = roi;
  const frame: BodyFrame = { ...PATIENT_AXES, ...roi };
  const centre = worldPoint(...roi.centreLps);
  const sample = makeBlockSampler(volume.readBlock(boxForLayers(volume, roi)));
  const step = ROI_SHAPE.sampleStepMm;
  const [nx, ny, nz] = [halfWidthMm, halfDepthMm, heightMm / 2].map((half) => Math.floor(half / step)) as [number, number, number];
  const sums = [0, 0, 0];
  const counts = [0, 0, 0];
  for (let k = -nz; k <= nz; k += 1) {
    const third = Math.abs(k * step) <= heightMm / 6 ? 1 : 1 + Math.sign(k);
    for (let j = -ny; j <= ny; j += 1) {
      for (let i = -nx; i <= nx; i += 1) {
        const [x, y] = [i * step, j * step];
        if ((x / halfWidthMm) ** 2 + (y / halfDepthMm) ** 2 > 1) continue;
        const [px, py, pz] = pointIn(frame, centre, x, y, k * step);
        const hu = sample(px, py, pz);
        if (Number.isNaN(hu)) return null;
        sums[third] = (sums[third] ?? 0) + hu;
        counts[third] = (counts[third] ?? 0) + 1;
      }
    }
  }
  const [lowerHu = 0, middleHu = 0, upperHu = 0] = sums.map((sum, third) => sum / Math.max(1, counts[third] ?? 0));
  return { lowerHu, middleHu, upperHu };
}
