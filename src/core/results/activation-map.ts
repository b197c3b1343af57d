import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import type { ModelManifest } from '../model/manifest.ts';
import { patchSize, perPatchShape, type RawOutputs } from '../model/shapes.ts';

/**
 * The network's class-activation map: how far each coarse cell of its patch moves the logit of osteoporosis, up (towards it) or down.
 * Cells lie along the patient's axes. `values` go from right to left fastest, then front to back, then feet to head.
 */
export type ActivationMap = {
  /** Of the patch: the mark. LPS, mm. */
  readonly centreLps: WorldPoint;
  /** Number of cells from right to left, front to back, feet to head. */
  readonly size: readonly [number, number, number];
  /** Edges of a cell along the same axes. */
  readonly cellMm: readonly [number, number, number];
  readonly values: readonly number[];
};

/** Of a run whose lengths were checked (decode-output.ts). */
export function activationMap(raw: RawOutputs, manifest: ModelManifest, centreLps: WorldPoint): ActivationMap {
  const [cellsZ = 1, cellsY = 1, cellsX = 1] = perPatchShape(manifest, 'cam');
  const [depth, height, width] = patchSize(manifest.input.patch);
  const [stepZ, stepY, stepX] = manifest.input.patch.spacingMm;
  return {
    centreLps,
    size: [cellsX, cellsY, cellsZ],
    cellMm: [(width * stepX) / cellsX, (height * stepY) / cellsY, (depth * stepZ) / cellsZ],
    values: Array.from(raw.cam),
  };
}

/** One cell on a plane: two opposite corners, LPS, and its value as share of the map's largest, −1 to 1. */
export type ActivationCell = { readonly key: number; readonly from: WorldPoint; readonly to: WorldPoint; readonly share: number };

/**
 * The layer of cells that a plane cuts; empty where it passes the patch.
 * @param axis across the plane: 0 sagittal, 1 coronal, 2 axial
 * @param positionMm of the plane along that axis, LPS
 */
export function cellsOnPlane({ centreLps, size, cellMm, values }: ActivationMap, axis: 0 | 1 | 2, positionMm: number): readonly ActivationCell[] {
  const layer = Math.floor((positionMm - centreLps[axis]) / cellMm[axis] + size[axis] / 2);
  if (layer < 0 || layer >= size[axis]) return [];
  const largest = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  const corner = (i: number, j: number, k: number): WorldPoint =>
    worldPoint(
      centreLps[0] + (i - size[0] / 2) * cellMm[0],
      centreLps[1] + (j - size[1] / 2) * cellMm[1],
      centreLps[2] + (k - size[2] / 2) * cellMm[2],
    );
  const cells: ActivationCell[] = [];
  for (const [key, value] of values.entries()) {
    const at = [key % size[0], Math.floor(key / size[0]) % size[1], Math.floor(key / (size[0] * size[1]))] as const;
    if (at[axis] !== layer) continue;
    cells.push({ key, from: corner(...at), to: corner(at[0] + 1, at[1] + 1, at[2] + 1), share: value / largest });
  }
  return cells;
}
