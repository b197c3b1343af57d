import { invertAffine, worldToIndex } from '../geometry/affine.ts';
import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import type { SourceBlock } from '../volume/volume-source.ts';

/** Grid spacing: finer than a cortical shell looks on CT (1 to 2 mm, domain: partial volume), coarse enough to be quick. */
export const GRID_MM = 1.5;
/** Half size in nodes along x, y, z: 45 × 45 × 42 mm holds a body whose centre is up to 13 mm from the click. */
const HALF_NODES = [30, 30, 28] as const;

/** HU on a regular grid in patient axes round a click; x fastest, then y, then z. NaN outside the scan. */
export type BodyGrid = {
  readonly size: readonly [number, number, number];
  /** LPS of node (0, 0, 0), mm. */
  readonly origin: readonly [number, number, number];
  readonly values: Float32Array;
};

/** Half size of the box in patient axes that {@link resampleBodyGrid} reads, mm. */
export const GRID_HALF_SIZE_MM = HALF_NODES.map((nodes) => nodes * GRID_MM) as [number, number, number];

/** The block on the grid round the click, then smoothed by [1 2 1]/4 along each axis against noise. */
export function resampleBodyGrid(block: SourceBlock, clicked: WorldPoint): BodyGrid {
  const size = HALF_NODES.map((nodes) => 2 * nodes + 1) as [number, number, number];
  const origin = clicked.map((value, axis) => value - (GRID_HALF_SIZE_MM[axis] ?? 0)) as [number, number, number];
  const [nx, ny, nz] = size;
  const values = new Float32Array(nx * ny * nz);
  sampleRows(block, origin, size, values);
  smooth(values, 1, nx);
  smooth(values, nx, ny);
  smooth(values, nx * ny, nz);
  return { size, origin, values };
}

/** In place along one axis of `length` nodes, `stride` apart; the two outermost nodes stay. */
function smooth(values: Float32Array, stride: number, length: number): void {
  const span = stride * length;
  for (let outer = 0; outer < values.length; outer += span) {
    for (let inner = outer; inner < outer + stride; inner += 1) {
      let before = values[inner] ?? 0;
      for (let n = 1; n < length - 1; n += 1) {
        const index = inner + n * stride;
        const here = values[index] ?? 0;
        values[index] = 0.25 * before + 0.5 * here + 0.25 * (values[index + stride] ?? 0);
        before = here;
      }
    }
  }
}

type T3 = readonly [number, number, number];

/** Trilinear samples at the grid's nodes; NaN beyond the outermost voxel centres. */
function sampleRows(
  block: SourceBlock,
  origin: readonly [number, number, number],
  size: readonly [number, number, number],
  target: Float32Array,
): void {
  const [ni, nj, nk] = block.sizeVox;
  if (ni < 2 || nj < 2 || nk < 2) {
    target.fill(Number.NaN);
    return;
  }
  const inverse = invertAffine(block.indexToWorld);
  const [di, dj, dk] = [inverse.slice(0, 3), inverse.slice(4, 7), inverse.slice(8, 11)] as unknown as [T3, T3, T3];
  const start = worldToIndex(inverse, worldPoint(...origin));
  const source = block.valuesHu;
  const slice = ni * nj;
  let index = 0;
  for (let z = 0; z < size[2]; z += 1) {
    for (let y = 0; y < size[1]; y += 1) {
      let i = start[0] + GRID_MM * (di[1] * y + di[2] * z);
      let j = start[1] + GRID_MM * (dj[1] * y + dj[2] * z);
      let k = start[2] + GRID_MM * (dk[1] * y + dk[2] * z);
      for (let x = 0; x < size[0]; x += 1) {
        const i0 = Math.floor(i);
        const j0 = Math.floor(j);
        const k0 = Math.floor(k);
        target[index] =
          i0 < 0 || j0 < 0 || k0 < 0 || i0 >= ni - 1 || j0 >= nj - 1 || k0 >= nk - 1
            ? Number.NaN
            : trilinear(source, i0 + ni * j0 + slice * k0, ni, slice, i - i0, j - j0, k - k0);
        index += 1;
        i += GRID_MM * di[0];
        j += GRID_MM * dj[0];
        k += GRID_MM * dk[0];
      }
    }
  }
}

function trilinear(v: SourceBlock['valuesHu'], at: number, row: number, slice: number, fi: number, fj: number, fk: number): number {
  const top = at + slice;
  const a = mix(v[at] ?? 0, v[at + 1] ?? 0, fi);
  const b = mix(v[at + row] ?? 0, v[at + row + 1] ?? 0, fi);
  const c = mix(v[top] ?? 0, v[top + 1] ?? 0, fi);
  const d = mix(v[top + row] ?? 0, v[top + row + 1] ?? 0, fi);
  return mix(mix(a, b, fj), mix(c, d, fj), fk);
}

function mix(one: number, other: number, share: number): number {
  return one + (other - one) * share;
}
