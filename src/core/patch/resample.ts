import type { SourceBlock } from '../volume/volume-source.ts';
import type { PatchGrid } from './patch-grid.ts';

export type ResampledPatch = {
  /** HU before clipping, D·H·W values in the order z, y, x with x fastest. */
  readonly valuesHu: Float64Array<ArrayBuffer>;
  /** Share of the samples that lie outside the scan, 0 to 1. */
  readonly outsideFraction: number;
};

/**
 * Mean of trilinear samples on each patch voxel's sub-grid (docs/model-contract.md, input.patch).
 * @param block must be cut for this patch (core/volume/crop-block.ts): outside the block counts as outside the scan,
 *   and the half voxel beyond its outermost centres takes the edge value
 * @param grid placed with the block's own affine
 */
export function resamplePatch(block: SourceBlock, grid: PatchGrid, outsideHu: number): ResampledPatch {
  const [depth, height, width] = grid.sizeZyx;
  const [subZ, subY, subX] = grid.subsamples;
  const [stepZ, stepY, stepX] = grid.steps;
  const offsetsZ = sampleOffsets(depth, subZ);
  const offsetsY = sampleOffsets(height, subY);
  const offsetsX = sampleOffsets(width, subX);
  const valuesHu = new Float64Array(depth * height * width);
  let outside = 0;
  const line = new LineSampler(block, outsideHu, offsetsX, stepX, subX);

  for (const [sampleZ, z] of offsetsZ.entries()) {
    for (const [sampleY, y] of offsetsY.entries()) {
      const row = (Math.floor(sampleZ / subZ) * height + Math.floor(sampleY / subY)) * width;
      outside += line.addTo(
        valuesHu.subarray(row, row + width),
        grid.origin[0] + z * stepZ[0] + y * stepY[0],
        grid.origin[1] + z * stepZ[1] + y * stepY[1],
        grid.origin[2] + z * stepZ[2] + y * stepY[2],
      );
    }
  }

  const samplesPerVoxel = subZ * subY * subX;
  for (let index = 0; index < valuesHu.length; index += 1) valuesHu[index] = (valuesHu[index] as number) / samplesPerVoxel;
  return { valuesHu, outsideFraction: outside / (valuesHu.length * samplesPerVoxel) };
}

/** Positions of all sub-samples along one patch axis in voxels from the centre of voxel 0, ascending. */
function sampleOffsets(size: number, count: number): Float64Array {
  return Float64Array.from({ length: size * count }, (_, sample) => {
    const voxel = Math.floor(sample / count);
    return voxel + ((sample % count) + 0.5) / count - 0.5;
  });
}

/** The inner loop: samples along patch axis x, kept apart so that the engine compiles it once with plain numbers. */
class LineSampler {
  private readonly block: SourceBlock;
  private readonly outsideHu: number;
  private readonly offsets: Float64Array;
  private readonly step: readonly [number, number, number];
  private readonly count: number;

  constructor(
    block: SourceBlock,
    outsideHu: number,
    offsets: Float64Array,
    step: readonly [number, number, number],
    count: number,
  ) {
    this.block = block;
    this.outsideHu = outsideHu;
    this.offsets = offsets;
    this.step = step;
    this.count = count;
  }

  /** Adds to each voxel of `row` its samples of the line through block index (i, j, k); returns how many lay outside. */
  addTo(row: Float64Array, startI: number, startJ: number, startK: number): number {
    const { outsideHu, offsets, count } = this;
    const values = this.block.valuesHu;
    const [sizeI, sizeJ, sizeK] = this.block.sizeVox;
    const [stepI, stepJ, stepK] = this.step;
    const lastI = sizeI - 1;
    const lastJ = sizeJ - 1;
    const lastK = sizeK - 1;
    const isEmpty = values.length === 0;
    const strideJ = sizeI;
    const strideK = sizeI * sizeJ;
    let outside = 0;
    let sample = 0;

    for (let x = 0; x < row.length; x += 1) {
      let sum = 0;
      for (let sub = 0; sub < count; sub += 1, sample += 1) {
        const offset = offsets[sample] as number;
        let i = startI + offset * stepI;
        let j = startJ + offset * stepJ;
        let k = startK + offset * stepK;
        if (
          isEmpty || i < -0.5 || i > lastI + 0.5 || j < -0.5 || j > lastJ + 0.5 || k < -0.5 || k > lastK + 0.5
        ) {
          sum += outsideHu;
          outside += 1;
          continue;
        }
        i = i < 0 ? 0 : i > lastI ? lastI : i;
        j = j < 0 ? 0 : j > lastJ ? lastJ : j;
        k = k < 0 ? 0 : k > lastK ? lastK : k;
        const lowI = Math.floor(i);
        const lowJ = Math.floor(j);
        const lowK = Math.floor(k);
        const fractionI = i - lowI;
        const fractionJ = j - lowJ;
        const fractionK = k - lowK;
        // At the last voxel the fraction is 0: its neighbour has no weight, but must be a voxel that exists.
        const nextI = lowI < lastI ? 1 : 0;
        const nextJ = lowJ < lastJ ? strideJ : 0;
        const nextK = lowK < lastK ? strideK : 0;
        const at = lowI + lowJ * strideJ + lowK * strideK;
        const v000 = values[at] as number;
        const v010 = values[at + nextJ] as number;
        const v001 = values[at + nextK] as number;
        const v011 = values[at + nextJ + nextK] as number;
        const v00 = v000 + fractionI * ((values[at + nextI] as number) - v000);
        const v10 = v010 + fractionI * ((values[at + nextI + nextJ] as number) - v010);
        const v01 = v001 + fractionI * ((values[at + nextI + nextK] as number) - v001);
        const v11 = v011 + fractionI * ((values[at + nextI + nextJ + nextK] as number) - v011);
        const v0 = v00 + fractionJ * (v10 - v00);
        const v1 = v01 + fractionJ * (v11 - v01);
        sum += v0 + fractionK * (v1 - v0);
      }
      row[x] = (row[x] as number) + sum;
    }
    return outside;
  }
}
