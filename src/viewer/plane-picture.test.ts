import { describe, expect, it } from 'vitest';
import { indexToWorld, invertAffine, makeAffine, type Affine } from '#src/core/geometry/affine.ts';
import { voxelIndex, worldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import { makeBlockSampler } from '#src/core/volume/sample-block.ts';
import type { SourceBlock } from '#src/core/volume/volume-source.ts';
import type { HuSlice } from './hu-slice.ts';
import { PLANES } from './plane.ts';
import { paintPlane, pixelGridOf } from './plane-picture.ts';
import { makeProjection, type ProjectionInput } from './projection.ts';
import { greyOf } from './window.ts';

const SIZE = [9, 7, 5] as const;
const WINDOW = { center: 60, width: 900 };
const [WIDTH, HEIGHT] = [40, 30];

/** Turned about two axes, so that no row of a picture follows a row of voxels. */
const TURNED: readonly [WorldVector, WorldVector, WorldVector] = (() => {
  const [a, b] = [0.4, -0.3];
  const i: WorldVector = [Math.cos(a), Math.sin(a), 0];
  const j: WorldVector = [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), Math.sin(b)];
  const k: WorldVector = [i[1] * j[2] - i[2] * j[1], i[2] * j[0] - i[0] * j[2], i[0] * j[1] - i[1] * j[0]];
  return [i, j, k];
})();

const ORIENTATIONS = {
  axial: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  'feet first and flipped': [[-1, 0, 0], [0, 1, 0], [0, 0, -1]],
  sagittal: [[0, 1, 0], [0, 0, -1], [-1, 0, 0]],
  oblique: TURNED,
} as const satisfies Record<string, readonly [WorldVector, WorldVector, WorldVector]>;

/** Different everywhere, and not linear along any axis. */
function valueAt(i: number, j: number, k: number): number {
  return ((i * 37 + j * 101 + k * 59 + i * j * 13 + j * k * 7) % 700) - 300;
}

function makeSlices(missing: readonly number[] = []): (k: number) => HuSlice | null {
  const [ni, nj, nk] = SIZE;
  const slices = Array.from({ length: nk }, (_slice, k) => Int16Array.from({ length: ni * nj }, (_voxel, n) => valueAt(n % ni, Math.floor(n / ni), k)));
  return (k) => (missing.includes(k) ? null : (slices[k] ?? null));
}

/** The slices that are shown as a block, read by the sampler of the measurement. */
function blockOf(affine: Affine, { from, to }: { readonly from: number; readonly to: number }): SourceBlock {
  const [ni, nj] = SIZE;
  const sliceAt = makeSlices();
  const values = Array.from({ length: to - from + 1 }, (_slice, k) => [...(sliceAt(from + k) ?? [])]).flat();
  const [x, y, z] = indexToWorld(affine, voxelIndex(0, 0, from));
  return { sizeVox: [ni, nj, to - from + 1], indexToWorld: affine.map((value, n) => ({ 3: x, 7: y, 11: z })[n] ?? value), valuesHu: Int16Array.from(values) };
}

describe.each(Object.entries(ORIENTATIONS))('a picture of an %s volume', (_name, directions) => {
  const affine = makeAffine(worldPoint(-31, 212.5, -640), directions, [0.7, 0.9, 2.5]);
  const inverse = invertAffine(affine);

  it.each(PLANES)('shows in the %s plane what lies under each pixel', (plane) => {
    const centre = indexToWorld(affine, voxelIndex(3.7, 2.9, 1.8));
    const input: ProjectionInput = { plane, size: { width: 20, height: 15 }, mmPerPixel: 0.61, sliceIndex: 1, sliceCount: 1, centre };
    const projection = makeProjection(input);
    for (const shown of [{ from: 0, to: 4 }, { from: 1, to: 2 }]) {
      const sample = makeBlockSampler(blockOf(affine, shown));
      const out = new Uint32Array(WIDTH * HEIGHT);
      paintPlane({ sizeVox: SIZE, sliceAt: makeSlices(), shown }, pixelGridOf(input, inverse, WIDTH, HEIGHT), WINDOW, out);
      let inside = 0;
      const wrong: string[] = [];
      for (let y = 0; y < HEIGHT; y += 1) {
        for (let x = 0; x < WIDTH; x += 1) {
          const [px, py, pz] = projection.canvasToWorld((x + 0.5) / 2, (y + 0.5) / 2);
          const value = sample(px, py, pz);
          const pixel = out[y * WIDTH + x] ?? 0;
          if (!Number.isNaN(value)) inside += 1;
          const wanted = Number.isNaN(value) ? 0 : greyOf(value, WINDOW);
          const [red, green, blue, alpha] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, pixel >>> 24];
          // Rounding of the sums: a value on the border of two greys.
          if (Math.abs(red - wanted) > 1 || green !== red || blue !== red || alpha !== 255) wrong.push(`${x},${y}: ${red} for ${wanted}`);
        }
      }
      expect(wrong).toEqual([]);
      // Of both there is enough to be wrong about.
      expect(inside).toBeGreaterThan(40);
      expect(inside).toBeLessThan(WIDTH * HEIGHT);
    }
  });
});

describe('a picture', () => {
  const affine = makeAffine(worldPoint(-31, 212.5, -640), ORIENTATIONS.axial, [0.7, 0.9, 2.5]);
  const input: ProjectionInput = { plane: 'sagittal', size: { width: 20, height: 15 }, mmPerPixel: 0.6, sliceIndex: 1, sliceCount: 1, centre: indexToWorld(affine, voxelIndex(4, 3, 2)) };
  const paint = (sliceAt: (k: number) => HuSlice | null, out: Uint32Array): void =>
    paintPlane({ sizeVox: SIZE, sliceAt, shown: { from: 0, to: 4 } }, pixelGridOf(input, invertAffine(affine), WIDTH, HEIGHT), { center: -1000, width: 1 }, out);

  it('is black where a slice is missing, and where an earlier picture was brighter', () => {
    const [whole, without, again] = [new Uint32Array(WIDTH * HEIGHT), new Uint32Array(WIDTH * HEIGHT), new Uint32Array(WIDTH * HEIGHT).fill(0xffffffff)];
    paint(makeSlices(), whole);
    paint(makeSlices([2]), without);
    paint(makeSlices(), again);
    const white = (pixels: Uint32Array): number => pixels.filter((pixel) => pixel === 0xffffffff).length;
    expect(white(whole)).toBeGreaterThan(400);
    expect(white(without)).toBeLessThan(white(whole));
    expect(again).toEqual(whole);
  });
});
