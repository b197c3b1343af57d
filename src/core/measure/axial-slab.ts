import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { makeBlockSampler } from '../volume/sample-block.ts';
import type { VolumeSource, VoxelBox } from '../volume/volume-source.ts';
import { boxAround } from './roi.ts';

/** A slab through a vertebral body, seen from the feet: cells in patient axes, x to the left (fastest), y to the back; mm. */
export type AxialSlab = {
  readonly columns: number;
  readonly rows: number;
  readonly stepMm: number;
  /** LPS of the first cell, in the middle of the slab. */
  readonly originLps: WorldPoint;
  /** Mean of the planes at each cell, HU; NaN where any of them lies outside the scan. */
  readonly meanHu: Float32Array;
  /** The planes themselves, each as long as `meanHu`. */
  readonly planesHu: readonly Float32Array[];
};

/** How far the slab reaches from a body's centre: to the skin of a large patient and the air beyond it; mm. */
const REACH_MM = { side: 240, front: 280, back: 190 } as const;
const STEP_MM = 2;
/** Planes of the slab above the centre; they miss neither a body of any level nor each other at 3 mm slices. */
const PLANES_MM = [-3, 0, 3] as const;

/** Voxels that {@link readAxialSlab} reads. Not clipped to the scan. */
export function boxForSlab(volume: Pick<VolumeSource, 'indexToWorld'>, centreLps: WorldPoint): VoxelBox {
  const { side, front, back } = REACH_MM;
  const middle = worldPoint(centreLps[0], centreLps[1] + (back - front) / 2, centreLps[2]);
  return boxAround(volume, middle, [side, (front + back) / 2, Math.max(...PLANES_MM)]);
}

/** Samples of a scan round a point, trilinear, in patient axes. */
export function readAxialSlab(volume: VolumeSource, centreLps: WorldPoint): AxialSlab {
  const { side, front, back } = REACH_MM;
  const sample = makeBlockSampler(volume.readBlock(boxForSlab(volume, centreLps)));
  const columns = Math.floor((2 * side) / STEP_MM) + 1;
  const rows = Math.floor((front + back) / STEP_MM) + 1;
  const originLps = worldPoint(centreLps[0] - side, centreLps[1] - front, centreLps[2]);
  const planesHu = PLANES_MM.map((dz) => {
    const plane = new Float32Array(columns * rows);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        plane[row * columns + column] = sample(originLps[0] + column * STEP_MM, originLps[1] + row * STEP_MM, originLps[2] + dz);
      }
    }
    return plane;
  });
  const meanHu = new Float32Array(columns * rows);
  for (const plane of planesHu) for (let n = 0; n < meanHu.length; n += 1) meanHu[n] = (meanHu[n] ?? 0) + (plane[n] ?? Number.NaN) / planesHu.length;
  return { columns, rows, stepMm: STEP_MM, originLps, meanHu, planesHu };
}

export type SlabCell = { readonly column: number; readonly row: number };

/** The cell nearest to a point, in the plane. */
export function cellOf({ originLps, stepMm }: AxialSlab, [x, y]: WorldPoint): SlabCell {
  return { column: Math.round((x - originLps[0]) / stepMm), row: Math.round((y - originLps[1]) / stepMm) };
}

/** 1 where a cell and its eight neighbours all belong; never at the border. */
export function cellsWithin({ columns, rows, meanHu }: AxialSlab, { min, max }: { readonly min: number; readonly max: number }): Uint8Array {
  const inRange = Uint8Array.from(meanHu, (hu) => (hu >= min && hu <= max ? 1 : 0));
  const inRow = new Uint8Array(meanHu.length);
  for (let n = 1; n < inRange.length - 1; n += 1) inRow[n] = (inRange[n - 1] ?? 0) & (inRange[n] ?? 0) & (inRange[n + 1] ?? 0);
  const kept = new Uint8Array(meanHu.length);
  for (let n = columns; n < columns * (rows - 1); n += 1) kept[n] = (inRow[n - columns] ?? 0) & (inRow[n] ?? 0) & (inRow[n + columns] ?? 0);
  return kept;
}
