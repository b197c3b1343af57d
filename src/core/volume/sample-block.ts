import { invertAffine, type Affine } from '../geometry/affine.ts';
import type { SourceBlock } from './volume-source.ts';

/** HU at a point of LPS (mm), or NaN outside the block. */
export type BlockSampler = (x: number, y: number, z: number) => number;

/**
 * Trilinear samples of a block, in patient coordinates. The block reaches half a voxel beyond its outermost voxel
 * centres and takes the edge value there, as docs/model-contract.md says of patches; beyond that it is outside.
 * An empty block is outside everywhere.
 */
export function makeBlockSampler(block: SourceBlock): BlockSampler {
  const [ni, nj, nk] = block.sizeVox;
  if (ni === 0 || nj === 0 || nk === 0) return () => Number.NaN;
  const m: Affine = invertAffine(block.indexToWorld);
  const [m00 = 0, m01 = 0, m02 = 0, m03 = 0, m10 = 0, m11 = 0, m12 = 0, m13 = 0, m20 = 0, m21 = 0, m22 = 0, m23 = 0] = m;
  const values = block.valuesHu;
  const row = ni;
  const slice = ni * nj;
  return (x, y, z) => {
    let i = m00 * x + m01 * y + m02 * z + m03;
    let j = m10 * x + m11 * y + m12 * z + m13;
    let k = m20 * x + m21 * y + m22 * z + m23;
    if (!(i >= -0.5 && j >= -0.5 && k >= -0.5 && i <= ni - 0.5 && j <= nj - 0.5 && k <= nk - 0.5)) return Number.NaN;
    i = Math.min(Math.max(i, 0), ni - 1);
    j = Math.min(Math.max(j, 0), nj - 1);
    k = Math.min(Math.max(k, 0), nk - 1);
    const i0 = Math.floor(i);
    const j0 = Math.floor(j);
    const k0 = Math.floor(k);
    const fi = i - i0;
    const fj = j - j0;
    const fk = k - k0;
    const base = i0 + row * j0 + slice * k0;
    const di = fi > 0 ? 1 : 0;
    const dj = fj > 0 ? row : 0;
    const dk = fk > 0 ? slice : 0;
    const at = (index: number): number => values[index] ?? 0;
    const near = (at(base) * (1 - fi) + at(base + di) * fi) * (1 - fj) + (at(base + dj) * (1 - fi) + at(base + dj + di) * fi) * fj;
    if (dk === 0) return near;
    const far = base + dk;
    return near * (1 - fk) + ((at(far) * (1 - fi) + at(far + di) * fi) * (1 - fj) + (at(far + dj) * (1 - fi) + at(far + dj + di) * fi) * fj) * fk;
  };
}
