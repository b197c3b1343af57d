import { indexToWorld, spacingOf, stepVectors, type Affine } from '../geometry/affine.ts';
import { voxelIndex } from '../geometry/spaces.ts';
import type { SourceBlock, VolumeSource } from '../volume/volume-source.ts';

/** Voxels are averaged to at least this along each axis of the scan: half a cell of the spine network, so that thin slices do not alias. */
const REDUCED_MM = 2;
const CEIL_TOLERANCE = 1e-6;

type Triple = readonly [number, number, number];

/** How a scan is averaged along its own axes before it is resampled onto a coarse grid. */
export type Reduction = {
  /** Voxels of the scan that are averaged into one, along i, j, k. */
  readonly factors: Triple;
  /** Voxels of the scan. */
  readonly sourceSize: Triple;
  /** Voxels of the reduced scan; up to factor - 1 voxels at each far end are left out. */
  readonly sizeVox: Triple;
  /** Of the reduced scan. */
  readonly indexToWorld: Affine;
};

export function planReduction({ sizeVox: sourceSize, indexToWorld: affine }: Pick<VolumeSource, 'sizeVox' | 'indexToWorld'>): Reduction {
  const spacing = spacingOf(affine);
  const factors = ([0, 1, 2] as const).map((axis) => Math.min(sourceSize[axis], Math.max(1, Math.ceil(REDUCED_MM / spacing[axis] - CEIL_TOLERANCE))));
  const [fi = 1, fj = 1, fk = 1] = factors;
  const [di, dj, dk] = stepVectors(affine);
  // The reduced voxel 0 lies in the middle of the voxels that it averages.
  const origin = indexToWorld(affine, voxelIndex((fi - 1) / 2, (fj - 1) / 2, (fk - 1) / 2));
  return {
    factors: [fi, fj, fk],
    sourceSize,
    sizeVox: [Math.floor(sourceSize[0] / fi), Math.floor(sourceSize[1] / fj), Math.floor(sourceSize[2] / fk)],
    indexToWorld: [
      di[0] * fi, dj[0] * fj, dk[0] * fk, origin[0],
      di[1] * fi, dj[1] * fj, dk[1] * fk, origin[1],
      di[2] * fi, dj[2] * fj, dk[2] * fk, origin[2],
      0, 0, 0, 1,
    ],
  };
}

/** Takes a scan slab by slab and averages it as planned. Nothing of a slab is kept. */
export class VolumeReducer {
  private readonly plan: Reduction;
  private readonly values: Int16Array<ArrayBuffer>;

  constructor(plan: Reduction) {
    this.plan = plan;
    this.values = new Int16Array(plan.sizeVox[0] * plan.sizeVox[1] * plan.sizeVox[2]);
  }

  /**
   * @param firstSlice of the slab in the scan; a multiple of the third factor
   * @param valuesHu whole slices, i fastest; slices beyond the last whole group are left out
   */
  addSlab(firstSlice: number, valuesHu: SourceBlock['valuesHu']): void {
    const { factors: [fi, fj, fk], sourceSize: [ni, nj], sizeVox: [ci, cj, ck] } = this.plan;
    const slices = Math.floor(valuesHu.length / (ni * nj));
    const sums = new Float64Array(ci);
    for (let group = 0; (group + 1) * fk <= slices; group += 1) {
      const k = firstSlice / fk + group;
      if (k >= ck) return;
      for (let j = 0; j < cj; j += 1) {
        sums.fill(0);
        for (let slice = 0; slice < fk; slice += 1) {
          for (let row = 0; row < fj; row += 1) addRow(sums, valuesHu, ((group * fk + slice) * nj + j * fj + row) * ni, fi);
        }
        const target = (k * cj + j) * ci;
        for (let i = 0; i < ci; i += 1) this.values[target + i] = Math.round((sums[i] as number) / (fi * fj * fk));
      }
    }
  }

  /** The reduced scan. The reducer must not be used after this. */
  finish(): SourceBlock {
    return { sizeVox: this.plan.sizeVox, indexToWorld: this.plan.indexToWorld, valuesHu: this.values };
  }
}

function addRow(sums: Float64Array, values: SourceBlock['valuesHu'], start: number, factor: number): void {
  let at = start;
  for (let i = 0; i < sums.length; i += 1) {
    let sum = 0;
    for (let n = 0; n < factor; n += 1, at += 1) sum += values[at] as number;
    sums[i] = (sums[i] as number) + sum;
  }
}

/** Slices of one slab: whole groups, about as many voxels as `voxels`. */
export function slabSlices({ factors: [, , fk], sourceSize: [ni, nj] }: Reduction, voxels: number): number {
  return fk * Math.max(1, Math.round(voxels / (ni * nj * fk)));
}
