import { invertAffine, stepVectors, worldToIndex, type Affine } from '../geometry/affine.ts';
import { voxelIndex, type VoxelIndex, type WorldPoint, type WorldVector } from '../geometry/spaces.ts';
import type { PatchSpec } from '../model/manifest.ts';
import { patchSize } from '../model/shapes.ts';

/** Patch axes in the order z, y, x as LPS directions (docs/model-contract.md, Spaces). */
const PATCH_AXES: readonly [WorldVector, WorldVector, WorldVector] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]];

/** Keeps a patch spacing that is a whole multiple of the scan's from counting one sub-sample too many by rounding. */
const CEIL_TOLERANCE = 1e-6;

type Triple = readonly [number, number, number];

/** Where the samples of a patch lie in a scan; triples over patch axes are in the order z, y, x. */
export type PatchGrid = {
  readonly sizeZyx: Triple;
  /** Scan index of the centre of patch voxel (0, 0, 0). */
  readonly origin: VoxelIndex;
  /** Change of scan index (i, j, k) from one patch voxel to the next along z, y, x. */
  readonly steps: readonly [Triple, Triple, Triple];
  /** Sub-samples in each voxel along z, y, x. */
  readonly subsamples: Triple;
};

/**
 * Sub-samples along one patch axis: as many as scan samples that its spacing spans, so that a scan finer than the
 * patch is averaged and not aliased.
 */
function countSubsamples(axis: WorldVector, patchSpacingMm: number, scanSteps: readonly WorldVector[], most: number): number {
  const crossingsPerMm = scanSteps.map(([x, y, z]) => {
    // |u · d| / spacing with d = step / spacing.
    const lengthSquared = x * x + y * y + z * z;
    return Math.abs(axis[0] * x + axis[1] * y + axis[2] * z) / lengthSquared;
  });
  const wanted = Math.ceil(patchSpacingMm * Math.max(...crossingsPerMm) - CEIL_TOLERANCE);
  return Math.min(most, Math.max(1, wanted));
}

/** Places a patch of the manifest's size and spacing round a centre, in the index space of `indexToWorld`. */
export function placePatch(indexToWorld: Affine, centreLps: WorldPoint, spec: PatchSpec): PatchGrid {
  const inverse = invertAffine(indexToWorld);
  const scanSteps = stepVectors(indexToWorld);
  const indexPerMm = stepVectors(inverse);
  const sizeZyx = patchSize(spec);
  const centre = worldToIndex(inverse, centreLps);

  // Columns of the inverse belong to x, y, z; patch axes run z, y, x.
  const stepAlong = (axis: 0 | 1 | 2): Triple => {
    const [i, j, k] = indexPerMm[2 - axis] as WorldVector;
    const mm = spec.spacingMm[axis];
    return [i * mm, j * mm, k * mm];
  };
  const steps = [stepAlong(0), stepAlong(1), stepAlong(2)] as const;
  const originAlong = (component: 0 | 1 | 2): number =>
    steps.reduce((sum, step, axis) => sum - step[component] * (((sizeZyx[axis] ?? 0) - 1) / 2), centre[component]);
  const countAlong = (axis: 0 | 1 | 2): number =>
    countSubsamples(PATCH_AXES[axis], spec.spacingMm[axis], scanSteps, spec.interpolation.maxSubsamples);

  return {
    sizeZyx,
    origin: voxelIndex(originAlong(0), originAlong(1), originAlong(2)),
    steps,
    subsamples: [countAlong(0), countAlong(1), countAlong(2)],
  };
}
