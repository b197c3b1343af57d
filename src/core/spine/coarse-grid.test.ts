import { describe, expect, it } from 'vitest';
import { indexToWorld, makeAffine } from '../geometry/affine.ts';
import { voxelIndex, worldPoint, type WorldVector } from '../geometry/spaces.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { cellToWorld, planCoarseGrid, sampleCoarseGrid } from './coarse-grid.ts';
import { planReduction, slabSlices, VolumeReducer } from './reduce-volume.ts';
import type { SpineVolumeSpec } from './spine-manifest.ts';

const spec: SpineVolumeSpec = {
  name: 'volume', shape: [1, 1, 'D', 'H', 'W'], multipleOf: 8, spacingMm: [4, 4, 4],
  axes: ['inferior-to-superior', 'anterior-to-posterior', 'right-to-left'], frame: 'patient',
  interpolation: { method: 'trilinear', antialias: 'box', maxSubsamples: 8 },
  outsideHu: -1000, clipHu: [-1000, 1000], meanHu: 100, stdHu: 250,
};
const [C, S] = [Math.cos(0.3), Math.sin(0.3)];
const AXIAL: readonly [WorldVector, WorldVector, WorldVector] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
const SAGITTAL: readonly [WorldVector, WorldVector, WorldVector] = [[0, 1, 0], [0, 0, -1], [-1, 0, 0]];
const OBLIQUE: readonly [WorldVector, WorldVector, WorldVector] = [[C, 0, S], [0, -1, 0], [S, 0, -C]];

/** Slab by slab, as the page sends it. */
function reduce(volume: ReturnType<typeof makeSyntheticVolume>, voxels = 900) {
  const plan = planReduction(volume);
  const reducer = new VolumeReducer(plan);
  const slices = slabSlices(plan, voxels);
  for (let k = 0; k < volume.sizeVox[2]; k += slices) {
    reducer.addSlab(k, volume.readBlock({ min: [0, 0, k], max: [volume.sizeVox[0], volume.sizeVox[1], k + slices] }).valuesHu);
  }
  return reducer.finish();
}

describe('the coarse grid of a scan', () => {
  it.each([
    ['thin axial slices', AXIAL, [0.7, 0.9, 0.6], [91, 83, 97]],
    ['thick axial slices', AXIAL, [1.3, 1.1, 5], [61, 57, 17]],
    ['sagittal slices from head to feet', SAGITTAL, [0.9, 0.8, 3], [83, 97, 29]],
    ['oblique axes', OBLIQUE, [1.1, 0.9, 1.6], [67, 83, 43]],
  ] as const)('has the HU of each place at that place: %s', (_, directions, spacingMm, sizeVox) => {
    // Linear in every direction, so that averages keep it and a swapped or shifted axis does not.
    const field = (x: number, y: number, z: number): number => 200 + 3.1 * (x - 12) - 2.3 * (y + 41) + 1.7 * (z - 300);
    const volume = makeSyntheticVolume(field, { directions, spacingMm, sizeVox, origin: worldPoint(12, -41, 300) });
    const scan = reduce(volume);
    const grid = planCoarseGrid(scan, spec);
    if (grid === null) throw new Error('There is a body.');
    const values = sampleCoarseGrid(scan, grid, spec);
    const [depth, height, width] = grid.sizeZyx;
    for (const size of grid.sizeZyx) expect(size % 8).toBe(0);
    let compared = 0;
    for (let z = 0; z < depth; z += 1) for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
      const point = cellToWorld(grid, z, y, x);
      const hu = field(point[0], point[1], point[2]);
      const value = (values[(z * height + y) * width + x] ?? 0) * spec.stdHu + spec.meanHu;
      // Cells wholly inside the scan and the clip; the half voxel at the scan's edge takes the edge value.
      const isInside = [-4, 4].every((dx) => [-4, 4].every((dy) => [-4, 4].every((dz) => contains(volume, point[0] + dx, point[1] + dy, point[2] + dz))));
      if (!isInside || Math.abs(hu) > 940) continue;
      compared += 1;
      expect(Math.abs(value - hu)).toBeLessThan(1.5);
    }
    expect(compared).toBeGreaterThan(150);
  });

  it('goes over the body, not over the air round it', () => {
    const hu = (x: number, y: number): number => (Math.hypot(x - 40, y - 20) < 60 ? 40 : -1000);
    const volume = makeSyntheticVolume(hu, { sizeVox: [150, 150, 20], spacingMm: [2, 2, 3], origin: worldPoint(-130, -110, 7) });
    const grid = planCoarseGrid(reduce(volume), spec);
    expect(grid?.sizeZyx).toEqual([24, 40, 40]);
    const middle = cellToWorld(grid ?? failed(), 11.5, 19.5, 19.5);
    expect(Math.hypot(middle[0] - 40, middle[1] - 20)).toBeLessThan(5);
  });

  it('is nothing where there is only air', () => {
    expect(planCoarseGrid(reduce(makeSyntheticVolume(() => -1000)), spec)).toBeNull();
  });
});

function failed(): never {
  throw new Error('There is no grid.');
}

function contains(volume: ReturnType<typeof makeSyntheticVolume>, x: number, y: number, z: number): boolean {
  const [ni, nj, nk] = volume.sizeVox;
  const origin = indexToWorld(volume.indexToWorld, voxelIndex(0, 0, 0));
  const steps = ([0, 1, 2] as const).map((axis) => [0, 4, 8].map((row) => volume.indexToWorld[row + axis] ?? 0));
  const offset = [x - origin[0], y - origin[1], z - origin[2]];
  // The directions are at right angles: a projection is the index.
  return steps.every((step, axis) => {
    const length = step.reduce((sum, part) => sum + part * part, 0);
    const index = step.reduce((sum, part, world) => sum + part * (offset[world] ?? 0), 0) / length;
    return index > 1 && index < ([ni, nj, nk][axis] ?? 0) - 4;
  });
}

describe('the reduced scan', () => {
  it('lies where the voxels lie that it averages', () => {
    const affine = makeAffine(worldPoint(5, -7, 11), OBLIQUE, [0.6, 0.9, 2.5]);
    const plan = planReduction({ sizeVox: [40, 31, 9], indexToWorld: affine });
    expect(plan.factors).toEqual([4, 3, 1]);
    expect(plan.sizeVox).toEqual([10, 10, 9]);
    const wanted = indexToWorld(affine, voxelIndex(5.5, 7, 3));
    for (const [axis, value] of indexToWorld(plan.indexToWorld, voxelIndex(1, 2, 3)).entries()) expect(value).toBeCloseTo(wanted[axis] ?? 0, 9);
  });
});
