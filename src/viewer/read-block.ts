import { indexToWorld, stepVectors } from '#src/core/geometry/affine.ts';
import { voxelIndex } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid } from '#src/core/dicom/series.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from '#src/core/volume/volume-source.ts';
import type { HuSlice, HuType } from './hu-slice.ts';

/** The slice at k, or null where it is not loaded. */
export type SliceReader = (k: number) => HuSlice | null;

const SHORT_ROW_VOX = 48;

function clip(value: number, limit: number): number {
  return Math.min(limit, Math.max(0, value));
}

/** A volume whose slices are owned by someone else (Cornerstone's cache) and read one at a time. */
export function makeVolumeSource(id: string, grid: SeriesGrid, type: HuType, sliceAt: SliceReader): VolumeSource {
  return {
    id,
    sizeVox: grid.sizeVox,
    indexToWorld: grid.indexToWorld,
    readBlock: (box, reuse) => readBlock(grid, type, sliceAt, box, reuse),
  };
}

/** Throws a RangeError when a slice inside the box is not loaded: reading a closed or half-loaded volume is a bug. */
function readBlock(grid: SeriesGrid, type: HuType, sliceAt: SliceReader, box: VoxelBox, reuse?: SourceBlock['valuesHu']): SourceBlock {
  const [ni, nj, nk] = grid.sizeVox;
  const [i0, j0, k0] = [clip(box.min[0], ni), clip(box.min[1], nj), clip(box.min[2], nk)];
  const [i1, j1, k1] = [clip(box.max[0], ni), clip(box.max[1], nj), clip(box.max[2], nk)];
  const sizeVox = [Math.max(0, i1 - i0), Math.max(0, j1 - j0), Math.max(0, k1 - k0)] as const;
  const [di, dj, dk] = sizeVox;
  const values = arrayFor(type, di * dj * dk, reuse);
  if (values.length === 0) return { sizeVox, indexToWorld: movedAffine(grid, i0, j0, k0), valuesHu: values };
  for (let k = 0; k < dk; k += 1) {
    const slice = sliceAt(k0 + k);
    if (slice === null) throw new RangeError(`Slice ${k0 + k} is not loaded.`);
    if (di === ni) {
      values.set(slice.subarray(j0 * ni, j1 * ni), k * dj * di);
      continue;
    }
    for (let j = 0; j < dj; j += 1) {
      const from = (j0 + j) * ni + i0;
      const to = (k * dj + j) * di;
      // For a few voxels, making the view takes longer than copying them.
      if (di < SHORT_ROW_VOX) for (let i = 0; i < di; i += 1) values[to + i] = slice[from + i] ?? 0;
      else values.set(slice.subarray(from, from + di), to);
    }
  }
  return { sizeVox, indexToWorld: movedAffine(grid, i0, j0, k0), valuesHu: values };
}

function arrayFor(type: HuType, length: number, reuse?: SourceBlock['valuesHu']): SourceBlock['valuesHu'] {
  const isInteger = type === 'Int16Array';
  if (reuse?.length === length && reuse instanceof Int16Array === isInteger) return reuse;
  return isInteger ? new Int16Array(length) : new Float32Array(length);
}

function movedAffine(grid: SeriesGrid, i: number, j: number, k: number): SourceBlock['indexToWorld'] {
  const origin = indexToWorld(grid.indexToWorld, voxelIndex(i, j, k));
  const [di, dj, dk] = stepVectors(grid.indexToWorld);
  return [
    di[0], dj[0], dk[0], origin[0],
    di[1], dj[1], dk[1], origin[1],
    di[2], dj[2], dk[2], origin[2],
    0, 0, 0, 1,
  ];
}
