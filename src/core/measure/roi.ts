import { invertAffine, stepVectors, worldToIndex } from '../geometry/affine.ts';
import type { WorldPoint } from '../geometry/spaces.ts';
import { makeBlockSampler } from '../volume/sample-block.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from '../volume/volume-source.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { huToVbmd } from './hu-to-vbmd.ts';

/**
 * The trabecular ROI: an elliptical cylinder in patient axes in the front of the body, away from the basivertebral vein
 * and the cortex (domain.md part 7). The same as in the reference measurements of shared/data/reference.json, and fixed,
 * so that numbers from different levels, patients and versions compare.
 */
export const ROI_SHAPE = { halfWidthMm: 10, halfDepthMm: 7, heightMm: 8, anteriorShiftMm: 2, sampleStepMm: 1 } as const;

/** An elliptical cylinder in patient axes; LPS, mm. */
export type Roi = {
  readonly centreLps: readonly [number, number, number];
  readonly halfWidthMm: number;
  readonly halfDepthMm: number;
  readonly heightMm: number;
};

/** Plain measurement in the ROI. Attenuation in HU; density in mg/cm³ hydroxyapatite, QCT convention. */
export type RoiMeasurement = {
  readonly meanHu: number;
  readonly medianHu: number;
  /** Of the samples, divisor n. */
  readonly sdHu: number;
  readonly volumeMm3: number;
  /** Null where kVp is unknown or outside 80 to 140: no density is guessed. */
  readonly vbmdMgCm3: number | null;
  readonly roi: Roi;
};

export type RoiProblem = { readonly code: 'roi-outside-scan'; readonly sentence: string; readonly outsideFraction: number };

/** The ROI of a body centre: moved towards the front. */
export function roiAt(centreLps: WorldPoint): Roi {
  const { halfWidthMm, halfDepthMm, heightMm, anteriorShiftMm } = ROI_SHAPE;
  return { centreLps: [centreLps[0], centreLps[1] - anteriorShiftMm, centreLps[2]], halfWidthMm, halfDepthMm, heightMm };
}

/** Voxels within `reachMm` of a point along each patient axis, and one more on each side. Not clipped to the scan. */
export function boxAround(
  volume: Pick<VolumeSource, 'indexToWorld'>,
  centreLps: WorldPoint,
  reachMm: readonly [number, number, number],
): VoxelBox {
  const inverse = invertAffine(volume.indexToWorld);
  const centre = worldToIndex(inverse, centreLps);
  const steps = stepVectors(inverse);
  const bound = (axis: 0 | 1 | 2): readonly [number, number] => {
    const reach = steps.reduce((sum, step, world) => sum + Math.abs(step[axis]) * (reachMm[world] ?? 0), 0);
    return [Math.floor(centre[axis] - reach) - 1, Math.ceil(centre[axis] + reach) + 2];
  };
  const [i, j, k] = [bound(0), bound(1), bound(2)];
  return { min: [i[0], j[0], k[0]], max: [i[1], j[1], k[1]] };
}

/** Voxels that {@link measureRoiInBlock} reads for a body centre. */
export function boxForRoi(volume: Pick<VolumeSource, 'indexToWorld'>, centreLps: WorldPoint): VoxelBox {
  const { halfWidthMm, halfDepthMm, heightMm, anteriorShiftMm } = ROI_SHAPE;
  return boxAround(volume, centreLps, [halfWidthMm, halfDepthMm + anteriorShiftMm, heightMm / 2]);
}

function sampleRoi(block: SourceBlock, roi: Roi): Float64Array {
  const sample = makeBlockSampler(block);
  const step = ROI_SHAPE.sampleStepMm;
  const [nx, ny, nz] = [roi.halfWidthMm, roi.halfDepthMm, roi.heightMm / 2].map((half) => Math.floor(half / step)) as [number, number, number];
  const [cx, cy, cz] = roi.centreLps;
  const values: number[] = [];
  for (let z = -nz; z <= nz; z += 1) {
    for (let y = -ny; y <= ny; y += 1) {
      for (let x = -nx; x <= nx; x += 1) {
        const inEllipse = ((x * step) / roi.halfWidthMm) ** 2 + ((y * step) / roi.halfDepthMm) ** 2 <= 1;
        if (inEllipse) values.push(sample(cx + x * step, cy + y * step, cz + z * step));
      }
    }
  }
  return Float64Array.from(values);
}

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * Attenuation and density in the trabecular ROI of a body centre: trilinear samples on a 1 mm grid in patient axes.
 * Refused when any sample lies outside the scan: part of an ROI is not comparable.
 * @param block the voxels of {@link boxForRoi}; what it lacks counts as outside the scan
 * @param kvp tube voltage, null where unknown
 */
export function measureRoiInBlock(block: SourceBlock, centreLps: WorldPoint, kvp: number | null): Result<RoiMeasurement, RoiProblem> {
  const roi = roiAt(centreLps);
  const values = sampleRoi(block, roi);
  const outside = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  if (outside > 0) {
    return fail({
      code: 'roi-outside-scan',
      sentence: 'The measuring region lies partly outside the scan, so this level cannot be measured.',
      outsideFraction: outside / values.length,
    });
  }
  const meanHu = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - meanHu) ** 2, 0) / values.length;
  return ok({
    meanHu,
    medianHu: median(values.toSorted()),
    sdHu: Math.sqrt(variance),
    volumeMm3: Math.PI * roi.halfWidthMm * roi.halfDepthMm * roi.heightMm,
    vbmdMgCm3: huToVbmd(meanHu, kvp),
    roi,
  });
}

/** {@link measureRoiInBlock} with the block it needs. */
export function measureRoi(volume: VolumeSource, centreLps: WorldPoint, kvp: number | null): Result<RoiMeasurement, RoiProblem> {
  return measureRoiInBlock(volume.readBlock(boxForRoi(volume, centreLps)), centreLps, kvp);
}
