import { indexToWorld, makeAffine, type Affine } from '#src/core/geometry/affine.ts';
import { voxelIndex, worldPoint, type WorldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from '#src/core/volume/volume-source.ts';

/** A scan whose voxels stand in one array: i fastest, then j, then k. The array is not copied. */
export class ArrayVolume implements VolumeSource {
  readonly id: string;
  readonly sizeVox: readonly [number, number, number];
  readonly indexToWorld: Affine;
  readonly valuesHu: Int16Array | Float32Array;

  constructor(
    id: string,
    sizeVox: readonly [number, number, number],
    affine: Affine,
    valuesHu: Int16Array | Float32Array,
  ) {
    if (valuesHu.length !== sizeVox[0] * sizeVox[1] * sizeVox[2]) throw new RangeError('Size and voxels differ.');
    this.id = id;
    this.sizeVox = sizeVox;
    this.indexToWorld = affine;
    this.valuesHu = valuesHu;
  }

  readBlock(box: VoxelBox): SourceBlock {
    const min = this.sizeVox.map((size, axis) => Math.min(Math.max(box.min[axis] ?? 0, 0), size));
    const max = this.sizeVox.map((size, axis) => Math.max(Math.min(box.max[axis] ?? 0, size), min[axis] ?? 0));
    const [i0 = 0, j0 = 0, k0 = 0] = min;
    const [i1 = 0, j1 = 0, k1 = 0] = max;
    const sizeVox = [i1 - i0, j1 - j0, k1 - k0] as const;
    const length = sizeVox[0] * sizeVox[1] * sizeVox[2];
    const valuesHu = this.valuesHu instanceof Int16Array ? new Int16Array(length) : new Float32Array(length);
    const [columns, rows] = this.sizeVox;
    let target = 0;
    for (let k = k0; k < k1; k += 1) {
      for (let j = j0; j < j1; j += 1) {
        const start = (k * rows + j) * columns + i0;
        valuesHu.set(this.valuesHu.subarray(start, start + sizeVox[0]), target);
        target += sizeVox[0];
      }
    }
    const origin = indexToWorld(this.indexToWorld, voxelIndex(i0, j0, k0));
    const affine = [...this.indexToWorld];
    affine[3] = origin[0];
    affine[7] = origin[1];
    affine[11] = origin[2];
    return { sizeVox, indexToWorld: affine, valuesHu };
  }
}

export type SyntheticGrid = {
  readonly sizeVox: readonly [number, number, number];
  readonly spacingMm: readonly [number, number, number];
  /** LPS of voxel (0, 0, 0), mm. */
  readonly origin: WorldPoint;
  /** Unit vectors along i, j, k in LPS. */
  readonly directions: readonly [WorldVector, WorldVector, WorldVector];
};

/** No two numbers alike and an offset origin, so that swapped axes cannot pass a test by luck. */
export const ANISOTROPIC_GRID: SyntheticGrid = {
  sizeVox: [37, 41, 23],
  spacingMm: [0.9, 1.1, 2.3],
  origin: worldPoint(-31, 17, -404),
  directions: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};

/** A scan that has the value of `huAt` (LPS, mm) at each voxel centre, rounded to whole HU. */
export function makeSyntheticVolume(
  huAt: (x: number, y: number, z: number) => number,
  grid: Partial<SyntheticGrid> = {},
  id = 'synthetic',
): ArrayVolume {
  const { sizeVox, spacingMm, origin, directions } = { ...ANISOTROPIC_GRID, ...grid };
  const affine = makeAffine(origin, directions, spacingMm);
  const values = new Int16Array(sizeVox[0] * sizeVox[1] * sizeVox[2]);
  let index = 0;
  for (let k = 0; k < sizeVox[2]; k += 1) {
    for (let j = 0; j < sizeVox[1]; j += 1) {
      for (let i = 0; i < sizeVox[0]; i += 1) {
        const [x, y, z] = indexToWorld(affine, voxelIndex(i, j, k));
        values[index] = Math.round(huAt(x, y, z));
        index += 1;
      }
    }
  }
  return new ArrayVolume(id, sizeVox, affine, values);
}

/** Numbers in [0, 1) that are the same on every run (mulberry32, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
