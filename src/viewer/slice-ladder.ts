import { indexToWorld, stepVectors } from '#src/core/geometry/affine.ts';
import { voxelIndex, type WorldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import { dot, PLANE_AXES, type Plane } from './plane.ts';

/** The slices of one patient plane: rung n (from 0) lies at `firstMm + n · stepMm` along the plane's slice order. */
export type SliceLadder = { readonly firstMm: number; readonly stepMm: number; readonly count: number };

/** LPS of the eight outermost voxel centres. */
export function gridCorners(grid: SeriesGrid): readonly WorldPoint[] {
  const [ni, nj, nk] = grid.sizeVox;
  const ends = (n: number): readonly number[] => [0, n - 1];
  return ends(ni).flatMap((i) =>
    ends(nj).flatMap((j) => ends(nk).map((k) => indexToWorld(grid.indexToWorld, voxelIndex(i, j, k)))),
  );
}

export function gridCentre(grid: SeriesGrid): WorldPoint {
  const [ni, nj, nk] = grid.sizeVox;
  return indexToWorld(grid.indexToWorld, voxelIndex((ni - 1) / 2, (nj - 1) / 2, (nk - 1) / 2));
}

/**
 * The step is the distance along the plane's normal to the next sample of any scan axis,
 * 1 / max_k(|n · d_k| / spacing_k): one voxel where the scan is aligned with the patient, and then every rung lies on
 * voxel centres.
 */
export function makeLadder(grid: SeriesGrid, plane: Plane): SliceLadder {
  const { sliceOrder } = PLANE_AXES[plane];
  const steps = stepVectors(grid.indexToWorld);
  const density = Math.max(...steps.map((step) => Math.abs(dot(step, sliceOrder)) / dot(step, step)));
  const stepMm = 1 / density;
  const positions = gridCorners(grid).map((corner) => dot(corner, sliceOrder));
  const firstMm = Math.min(...positions);
  const count = Math.floor((Math.max(...positions) - firstMm) / stepMm + 1e-6) + 1;
  return { firstMm, stepMm, count };
}

/** Nearest rung, from 0, kept within the ladder. */
export function rungAt(ladder: SliceLadder, positionMm: number): number {
  const rung = Math.round((positionMm - ladder.firstMm) / ladder.stepMm);
  return Math.min(ladder.count - 1, Math.max(0, rung));
}

export function rungPositionMm(ladder: SliceLadder, rung: number): number {
  return ladder.firstMm + rung * ladder.stepMm;
}
