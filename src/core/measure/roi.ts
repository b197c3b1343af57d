import { invertAffine, stepVectors, worldToIndex } from '../geometry/affine.ts';
import { PATIENT_AXES, type EllipticalCylinder } from '../geometry/elliptical-cylinder.ts';
import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { makeBlockSampler } from '../volume/sample-block.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from '../volume/volume-source.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { DensityReading } from './density-reading.ts';
import { huToVbmd } from './hu-to-vbmd.ts';

/**
 * The fixed trabecular ROI: an elliptical cylinder in patient axes in the front of the body, away from the basivertebral vein
 * and the cortex (domain.md part 7), the same as in the reference measurements of shared/data/reference.json. It is measured where no
 * body could be fitted (else body-roi.ts).
 */
export const ROI_SHAPE = { halfWidthMm: 10, halfDepthMm: 7, heightMm: 8, anteriorShiftMm: 2, sampleStepMm: 1 } as const;

/** Where a trabecular ROI lies. */
export type Roi = EllipticalCylinder;

/** Plain measurement in the ROI. Attenuation in HU; density in mg/cm³ hydroxyapatite, QCT convention. */
export type RoiMeasurement = {
  readonly meanHu: number;
  readonly medianHu: number;
  /** Of the samples, divisor n. */
  readonly sdHu: number;
  /** Across the cylinder. */
  readonly areaMm2: number;
  readonly volumeMm3: number;
  /** Null where kVp is unknown or outside 80 to 140: no density is guessed. */
  readonly vbmdMgCm3: number | null;
  /** How that density was had, with its expected error; absent where nobody asked. */
  readonly density?: DensityReading | null;
  readonly roi: Roi;
};

export type RoiProblem = { readonly code: 'roi-outside-scan'; readonly sentence: string; readonly outsideFraction: number };

/** The ROI of a body centre where no body could be fitted: in patient axes, moved towards the front. */
export function roiAt(centreLps: WorldPoint): Roi {
  const { halfWidthMm, halfDepthMm, heightMm, anteriorShiftMm } = ROI_SHAPE;
  return { centreLps: [centreLps[0], centreLps[1] - anteriorShiftMm, centreLps[2]], ...PATIENT_AXES, halfWidthMm, halfDepthMm, heightMm };
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

/** Voxels that {@link measureRoiInBlock} reads for a region. Not clipped to the scan. */
export function boxForRoi(volume: Pick<VolumeSource, 'indexToWorld'>, roi: Roi): VoxelBox {
  const reach = ([0, 1, 2] as const).map((axis) =>
    Math.abs(roi.left[axis]) * roi.halfWidthMm + Math.abs(roi.front[axis]) * roi.halfDepthMm + Math.abs(roi.up[axis]) * (roi.heightMm / 2)) as [number, number, number];
  return boxAround(volume, worldPoint(...roi.centreLps), reach);
}

function sampleRoi(block: SourceBlock, roi: Roi): Float64Array {
  const sample = makeBlockSampler(block);
  const step = ROI_SHAPE.sampleStepMm;
  const [nx, ny, nz] = [roi.halfWidthMm, roi.halfDepthMm, roi.heightMm / 2].map((half) => Math.floor(half / step)) as [number, number, number];
  const { left, front, up } = roi;
  const [cx, cy, cz] = roi.centreLps;
  const values: number[] = [];
  for (let z = -nz; z <= nz; z += 1) {
    for (let y = -ny; y <= ny; y += 1) {
      for (let x = -nx; x <= nx; x += 1) {
        const inEllipse = ((x * step) / roi.halfWidthMm) ** 2 + ((y * step) / roi.halfDepthMm) ** 2 <= 1;
        if (!inEllipse) continue;
        const [l, b, u] = [x * step, y * step, z * step];
        values.push(sample(cx + l * left[0] - b * front[0] + u * up[0], cy + l * left[1] - b * front[1] + u * up[1], cz + l * left[2] - b * front[2] + u * up[2]));
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
 * Attenuation and density in a region: trilinear samples on a 1 mm grid along the region's own axes, counted from its centre.
 * Refused when any sample lies outside the scan: part of an ROI is not comparable.
 * @param block the voxels of {@link boxForRoi}; what it lacks counts as outside the scan
 * @param kvp tube voltage, null where unknown
 */
export function measureRoiInBlock(block: SourceBlock, roi: Roi, kvp: number | null): Result<RoiMeasurement, RoiProblem> {
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
  const areaMm2 = Math.PI * roi.halfWidthMm * roi.halfDepthMm;
  return ok({
    meanHu,
    medianHu: median(values.toSorted()),
    sdHu: Math.sqrt(variance),
    areaMm2,
    volumeMm3: areaMm2 * roi.heightMm,
    vbmdMgCm3: huToVbmd(meanHu, kvp),
    roi,
  });
}

/** {@link measureRoiInBlock} with the block it needs. */
export function measureRoiAt(volume: VolumeSource, roi: Roi, kvp: number | null): Result<RoiMeasurement, RoiProblem> {
  return measureRoiInBlock(volume.readBlock(boxForRoi(volume, roi)), roi, kvp);
}

/** The fixed ROI of a body centre, measured. */
export function measureRoi(volume: VolumeSource, centreLps: WorldPoint, kvp: number | null): Result<RoiMeasurement, RoiProblem> {
  return measureRoiAt(volume, roiAt(centreLps), kvp);
}
