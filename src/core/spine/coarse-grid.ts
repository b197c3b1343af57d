import { indexToWorld } from '../geometry/affine.ts';
import { voxelIndex, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { normalisePatch } from '../patch/normalise.ts';
import { placePatch } from '../patch/patch-grid.ts';
import { resamplePatch } from '../patch/resample.ts';
import type { SourceBlock } from '../volume/volume-source.ts';
import type { SpineVolumeSpec } from './spine-manifest.ts';

type Triple = readonly [number, number, number];

/** The grid on which the spine network looks at a scan: patient axes, indices in the order z (feet to head), y (front to back), x (right to left). */
export type CoarseGrid = {
  readonly sizeZyx: Triple;
  /** Of a cell along z, y, x. */
  readonly spacingMm: Triple;
  /** LPS of the centre of cell (0, 0, 0). */
  readonly originLps: WorldPoint;
};

/** Softer than any tissue of a body, so that air round it is not looked at, HU. */
const BODY_ABOVE_HU = -400;
/** Every so many voxels of the reduced scan (2 to 4 mm) along i and j are enough to find the body's box. */
const BODY_STEP = 3;
const MARGIN_MM = 8;

/** LPS of a cell, also between cell centres. */
export function cellToWorld({ originLps, spacingMm }: CoarseGrid, z: number, y: number, x: number): WorldPoint {
  return worldPoint(originLps[0] + x * spacingMm[2], originLps[1] + y * spacingMm[1], originLps[2] + z * spacingMm[0]);
}

/** The grid over the box of the body in a scan, over its whole height; sizes are multiples of what the network wants. Null where the scan holds air only. */
export function planCoarseGrid(scan: SourceBlock, spec: SpineVolumeSpec): CoarseGrid | null {
  const low = [Infinity, Infinity, Infinity] as [number, number, number];
  const high = [-Infinity, -Infinity, -Infinity] as [number, number, number];
  const [ni, nj, nk] = scan.sizeVox;
  for (let k = 0; k < nk; k += 1) {
    for (let j = 0; j < nj; j += BODY_STEP) {
      for (let i = 0; i < ni; i += BODY_STEP) {
        if ((scan.valuesHu[(k * nj + j) * ni + i] as number) < BODY_ABOVE_HU) continue;
        const point = indexToWorld(scan.indexToWorld, voxelIndex(i, j, k));
        for (const axis of [0, 1, 2] as const) {
          if (point[axis] < low[axis]) low[axis] = point[axis];
          if (point[axis] > high[axis]) high[axis] = point[axis];
        }
      }
    }
  }
  if (low[0] > high[0]) return null;
  const cells = ([2, 1, 0] as const).map((axis, n) => {
    const count = Math.ceil((high[axis] - low[axis] + 2 * MARGIN_MM) / (spec.spacingMm[n] ?? 1));
    return Math.ceil(count / spec.multipleOf) * spec.multipleOf;
  });
  const [depth = 0, height = 0, width = 0] = cells;
  const first = (axis: 0 | 1 | 2, count: number, mm: number): number => (low[axis] + high[axis]) / 2 - ((count - 1) / 2) * mm;
  return {
    sizeZyx: [depth, height, width],
    spacingMm: spec.spacingMm,
    originLps: worldPoint(first(0, width, spec.spacingMm[2]), first(1, height, spec.spacingMm[1]), first(2, depth, spec.spacingMm[0])),
  };
}

/** The scan on the grid, as the network reads it: mean of samples in each cell, clipped and normalised (docs/model-contract.md, input.patch). */
export function sampleCoarseGrid(scan: SourceBlock, grid: CoarseGrid, spec: SpineVolumeSpec): Float32Array<ArrayBuffer> {
  const [depth, height, width] = grid.sizeZyx;
  const centre = cellToWorld(grid, (depth - 1) / 2, (height - 1) / 2, (width - 1) / 2);
  const patch = { ...spec, shape: ['N', 1, depth, height, width] as ['N', 1, number, number, number] };
  return normalisePatch(resamplePatch(scan, placePatch(scan.indexToWorld, centre, patch), spec.outsideHu).valuesHu, spec);
}
