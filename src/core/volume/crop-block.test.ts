import { assert, double, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { indexToWorld, makeAffine, type Affine } from '../geometry/affine.ts';
import { voxelIndex, worldPoint, type WorldVector } from '../geometry/spaces.ts';
import { placePatch } from '../patch/patch-grid.ts';
import { resamplePatch } from '../patch/resample.ts';
import { boxForPatch, cropForPatch } from './crop-block.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from './volume-source.ts';

const spec = syntheticManifest().input.patch;
const c = Math.cos(0.35);
const s = Math.sin(0.35);
const oblique: [WorldVector, WorldVector, WorldVector] = [[c, 0, s], [0, -1, 0], [s, 0, -c]];

function arrayVolume(sizeVox: readonly [number, number, number], affine: Affine): VolumeSource {
  const valueAt = (i: number, j: number, k: number) => ((i * 31 + j * 57 + k * 91) % 113) * 9 - 300;
  const readBlock = (box: VoxelBox): SourceBlock => {
    const min = box.min.map((value) => Math.max(0, value)) as unknown as readonly [number, number, number];
    const max = box.max.map((value, axis) => Math.min(sizeVox[axis] ?? 0, value));
    const size = max.map((value, axis) => Math.max(0, value - (min[axis] ?? 0))) as unknown as readonly [number, number, number];
    const valuesHu = new Int16Array(size[0] * size[1] * size[2]);
    for (let index = 0; index < valuesHu.length; index += 1) {
      const i = index % size[0];
      const j = Math.floor(index / size[0]) % size[1];
      const k = Math.floor(index / (size[0] * size[1]));
      valuesHu[index] = valueAt(i + min[0], j + min[1], k + min[2]);
    }
    const moved = [...affine];
    const origin = indexToWorld(affine, voxelIndex(...min));
    for (const row of [0, 1, 2] as const) moved[row * 4 + 3] = origin[row];
    return { sizeVox: size, indexToWorld: moved, valuesHu };
  };
  return { id: 'array', sizeVox, indexToWorld: affine, readBlock };
}

describe('cropForPatch', () => {
  const affine = makeAffine(worldPoint(-7.7, 31.2, 95.4), oblique, [0.6, 0.9, 1.4]);
  const volume = arrayVolume([37, 29, 23], affine);
  const whole = volume.readBlock({ min: [0, 0, 0], max: [37, 29, 23] });

  it('gives the same patch as the whole scan, also across the scan’s edges', () => {
    const anywhere = tuple(
      double({ min: -6, max: 42, noNaN: true }),
      double({ min: -5, max: 33, noNaN: true }),
      double({ min: -4, max: 26, noNaN: true }),
    );
    assert(
      property(anywhere, (at) => {
        const centre = indexToWorld(affine, voxelIndex(...at));
        const block = cropForPatch(volume, centre, spec);
        const got = resamplePatch(block, placePatch(block.indexToWorld, centre, spec), spec.outsideHu);
        const wanted = resamplePatch(whole, placePatch(affine, centre, spec), spec.outsideHu);
        expect(got.outsideFraction).toBe(wanted.outsideFraction);
        for (const [index, hu] of wanted.valuesHu.entries()) expect(got.valuesHu[index]).toBeCloseTo(hu, 6);
      }),
      { numRuns: 80, seed: 5 },
    );
  });

  it('keeps two voxels beyond the patch on every side', () => {
    const straight = makeAffine(worldPoint(100, -40, 7), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.9, 1.1, 1.5]);
    // The patch is 5 × 4 × 3 voxels of exactly this spacing: outer faces at ±2.5, ±2 and ±1.5 voxels.
    const box = boxForPatch({ indexToWorld: straight }, indexToWorld(straight, voxelIndex(50.25, 60.25, 70.25)), spec);
    expect(box).toEqual({ min: [45, 56, 66], max: [56, 66, 75] });
  });

  it('does not copy much more than the patch needs', () => {
    const block = cropForPatch(volume, indexToWorld(affine, voxelIndex(18, 14, 11)), spec);
    expect(block.sizeVox[0] * block.sizeVox[1] * block.sizeVox[2]).toBeLessThan(2500);
  });

  it('throws when a volume gives fewer voxels than the scan has', () => {
    const lazy: VolumeSource = {
      ...volume,
      readBlock: (box) => volume.readBlock({ min: box.min, max: [box.max[0], box.max[1], box.max[2] - 1] }),
    };
    expect(() => cropForPatch(lazy, indexToWorld(affine, voxelIndex(18, 14, 11)), spec)).toThrow('along axis 2');
  });
});
