import { assert, double, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { indexToWorld, invertAffine, makeAffine, worldToIndex, type Affine } from '../geometry/affine.ts';
import { addVector, voxelIndex, worldPoint, type WorldPoint, type WorldVector } from '../geometry/spaces.ts';
import type { PatchSpec } from '../model/manifest.ts';
import type { SourceBlock } from '../volume/volume-source.ts';
import { normalisePatch } from './normalise.ts';
import { placePatch } from './patch-grid.ts';
import { resamplePatch } from './resample.ts';

type Triple = readonly [number, number, number];

function specOf(size: Triple, spacingMm: Triple, maxSubsamples = 8): PatchSpec {
  return {
    ...syntheticManifest().input.patch,
    shape: ['N', 1, ...size],
    spacingMm: [...spacingMm],
    interpolation: { method: 'trilinear', antialias: 'box', maxSubsamples },
  };
}

/** Unit axes of a right-handed frame turned about z, then y, then x (radians). */
function turned(a: number, b: number, c: number): [WorldVector, WorldVector, WorldVector] {
  const [ca, sa, cb, sb, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), Math.cos(c), Math.sin(c)];
  return [
    [ca * cb, sa * cb, -sb],
    [ca * sb * sc - sa * cc, sa * sb * sc + ca * cc, cb * sc],
    [ca * sb * cc + sa * sc, sa * sb * cc - ca * sc, cb * cc],
  ];
}

function fillBlock(sizeVox: Triple, affine: Affine, hu: (point: WorldPoint, i: number, j: number, k: number) => number): SourceBlock {
  const [ni, nj, nk] = sizeVox;
  const valuesHu = new Float32Array(ni * nj * nk);
  for (let k = 0; k < nk; k += 1) {
    for (let j = 0; j < nj; j += 1) {
      for (let i = 0; i < ni; i += 1) {
        valuesHu[i + ni * (j + nj * k)] = hu(indexToWorld(affine, voxelIndex(i, j, k)), i, j, k);
      }
    }
  }
  return { sizeVox, indexToWorld: affine, valuesHu };
}

function resample(block: SourceBlock, centre: WorldPoint, spec: PatchSpec) {
  return resamplePatch(block, placePatch(block.indexToWorld, centre, spec), spec.outsideHu);
}

/** The contract's words one by one, with no shared code: world point of each sub-sample, eight weighted corners. */
function referencePatch(block: SourceBlock, centre: WorldPoint, spec: PatchSpec) {
  const m = block.indexToWorld;
  const inverse = invertAffine(m);
  const axes: WorldVector[] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]];
  const counts = axes.map((u, a) => {
    const perMm = [0, 1, 2].map((k) => {
      const step = [m[k] ?? 0, m[4 + k] ?? 0, m[8 + k] ?? 0];
      const spacing = Math.hypot(...step);
      return Math.abs((u[0] * (step[0] ?? 0) + u[1] * (step[1] ?? 0) + u[2] * (step[2] ?? 0)) / spacing) / spacing;
    });
    const step = 1 / Math.max(...perMm);
    return Math.min(spec.interpolation.maxSubsamples, Math.max(1, Math.ceil((spec.spacingMm[a] ?? 0) / step - 1e-6)));
  });
  const at = (index: Triple): number | null => {
    if (index.some((value, axis) => value < -0.5 || value > (block.sizeVox[axis] ?? 0) - 0.5)) return null;
    let sum = 0;
    for (const corner of [0, 1, 2, 3, 4, 5, 6, 7]) {
      let weight = 1;
      const voxel = [0, 0, 0];
      for (const axis of [0, 1, 2] as const) {
        const n = block.sizeVox[axis];
        const clamped = Math.min(n - 1, Math.max(0, index[axis]));
        const fraction = clamped % 1;
        const isHigh = ((corner >> axis) & 1) === 1;
        weight *= isHigh ? fraction : 1 - fraction;
        voxel[axis] = Math.min(n - 1, Math.trunc(clamped) + (isHigh ? 1 : 0));
      }
      const [i = 0, j = 0, k = 0] = voxel;
      sum += weight * (block.valuesHu[i + block.sizeVox[0] * j + block.sizeVox[0] * block.sizeVox[1] * k] ?? Number.NaN);
    }
    return sum;
  };
  const [sz = 1, sy = 1, sx = 1] = counts;
  const [, , depth, height, width] = spec.shape;
  const values: number[] = [];
  let outside = 0;
  const place = (index: number, size: number, sub: number, count: number, mm: number) =>
    (index - (size - 1) / 2) * mm + ((sub + 0.5) / count - 0.5) * mm;
  for (let z = 0; z < depth; z += 1) for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
    let sum = 0;
    for (let a = 0; a < sz; a += 1) for (let b = 0; b < sy; b += 1) for (let c = 0; c < sx; c += 1) {
      const point = addVector(centre, [
        place(x, width, c, sx, spec.spacingMm[2]),
        place(y, height, b, sy, spec.spacingMm[1]),
        place(z, depth, a, sz, spec.spacingMm[0]),
      ]);
      const hu = at(worldToIndex(inverse, point));
      if (hu === null) outside += 1;
      sum += hu ?? spec.outsideHu;
    }
    values.push(sum / (sz * sy * sx));
  }
  return { values, outsideFraction: outside / (values.length * sz * sy * sx) };
}

describe('placePatch', () => {
  const centre = worldPoint(3, 5, 7);
  const straight: [WorldVector, WorldVector, WorldVector] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

  it.each<[string, Triple, Triple, number, Triple]>([
    ['a scan coarser than the patch', [2, 2.5, 3], [1.5, 1, 0.9], 8, [1, 1, 1]],
    ['whole multiples without one too many', [0.3, 0.5, 0.75], [1.5, 1, 0.9], 8, [2, 2, 3]],
    ['a part of a voxel counts whole', [0.7, 0.7, 1], [1.5, 1, 1], 8, [2, 2, 2]],
    ['the limit', [0.1, 0.1, 0.1], [1.5, 1, 0.9], 4, [4, 4, 4]],
  ])('counts sub-samples along z, y, x: %s', (_, scanMm, patchMm, most, expected) => {
    const affine = makeAffine(worldPoint(-8, 4, 2), straight, scanMm);
    expect(placePatch(affine, centre, specOf([3, 4, 5], patchMm, most)).subsamples).toEqual(expected);
  });

  it('counts by the scan axis with the nearest next sample, not by the order of the axes', () => {
    // Sagittal slices: i runs along y (0.4 mm), j along -z (0.6 mm), k along x (3 mm).
    const affine = makeAffine(worldPoint(0, 0, 0), [[0, 1, 0], [0, 0, -1], [1, 0, 0]], [0.4, 0.6, 3]);
    expect(placePatch(affine, centre, specOf([3, 4, 5], [1.5, 1, 0.9])).subsamples).toEqual([3, 3, 1]);
  });
});

describe('resamplePatch', () => {
  const spec = specOf([3, 4, 5], [1.5, 1.1, 0.9]);

  it.each<[string, [WorldVector, WorldVector, WorldVector], Triple]>([
    ['axial', [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.31, 0.47, 0.83]],
    ['feet first, flipped columns', [[-1, 0, 0], [0, 1, 0], [0, 0, -1]], [0.7, 0.9, 2.5]],
    ['sagittal', [[0, 1, 0], [0, 0, -1], [-1, 0, 0]], [0.5, 0.6, 1.7]],
    ['oblique', turned(0.31, -0.22, 0.4), [0.61, 0.73, 1.9]],
  ])('gives a linear field exactly at each patch voxel: %s', (_, directions, spacing) => {
    const gradient = [3.1, -2.3, 5.7] as const;
    const field = (p: readonly number[]) => 40 + gradient[0] * (p[0] ?? 0) + gradient[1] * (p[1] ?? 0) + gradient[2] * (p[2] ?? 0);
    const size: Triple = [33, 31, 29];
    const origin = worldPoint(-41.3, 12.7, -230.1);
    const affine = makeAffine(origin, directions, spacing);
    const block = fillBlock(size, affine, field);
    const centre = addVector(indexToWorld(affine, voxelIndex(16.2, 14.7, 14.4)), [0.13, -0.21, 0.17]);
    const { valuesHu, outsideFraction } = resample(block, centre, spec);
    expect(outsideFraction).toBe(0);
    for (let z = 0; z < 3; z += 1) for (let y = 0; y < 4; y += 1) for (let x = 0; x < 5; x += 1) {
      const point = addVector(centre, [(x - 2) * 0.9, (y - 1.5) * 1.1, (z - 1) * 1.5]);
      // 1e-3: the block holds float32.
      expect(valuesHu[x + 5 * (y + 4 * z)]).toBeCloseTo(field(point), 3);
    }
  });

  it('agrees with the contract written out literally, for any frame, spacing and overlap with the scan', () => {
    const between = (min: number, max: number) => double({ min, max, noNaN: true });
    const noise = (i: number, j: number, k: number) => ((i * 73 + j * 151 + k * 283) % 97) * 11 - 400;
    assert(
      property(
        tuple(between(-3, 3), between(-1, 1), between(-1, 1)),
        tuple(between(0.35, 2.6), between(0.35, 2.6), between(0.35, 4)),
        tuple(integer({ min: 1, max: 9 }), integer({ min: 1, max: 8 }), integer({ min: 1, max: 7 })),
        tuple(between(-1, 9), between(-1, 8), between(-1, 7)),
        (angles, spacing, size, at) => {
          const affine = makeAffine(worldPoint(-17.3, 44.1, -1203.9), turned(...angles), spacing);
          const block = fillBlock(size, affine, (_, i, j, k) => noise(i, j, k));
          const centre = indexToWorld(affine, voxelIndex(...at));
          const got = resample(block, centre, spec);
          const wanted = referencePatch(block, centre, spec);
          expect(got.outsideFraction).toBeCloseTo(wanted.outsideFraction, 12);
          for (const [index, value] of wanted.values.entries()) expect(got.valuesHu[index]).toBeCloseTo(value, 6);
        },
      ),
      { numRuns: 60, seed: 20261122 },
    );
  });

  it('takes the edge value within half a voxel of the scan and outsideHu beyond', () => {
    const affine = makeAffine(worldPoint(10, 20, 30), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 1, 1]);
    const block = fillBlock([4, 4, 4], affine, (_, i) => 100 + i);
    const line = specOf([1, 1, 7], [1, 1, 0.25]);
    // Samples at x index -1, -0.75, … 0.5.
    const { valuesHu, outsideFraction } = resample(block, worldPoint(9.75, 21, 32), line);
    expect(Array.from(valuesHu)).toEqual([-200, -200, 100, 100, 100, 100.25, 100.5]);
    expect(outsideFraction).toBeCloseTo(2 / 7, 12);
  });

  it('counts a sample outside in the mean of a voxel that lies half outside', () => {
    const affine = makeAffine(worldPoint(0, 0, 0), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0.5, 2, 2]);
    const block = fillBlock([6, 3, 3], affine, () => 400);
    // Two sub-samples at x = -0.5 and 0, voxel index -1 and 0.
    const { valuesHu, outsideFraction } = resample(block, worldPoint(-0.25, 2, 2), specOf([1, 1, 1], [1, 1, 1]));
    expect(valuesHu[0]).toBe(100);
    expect(outsideFraction).toBe(0.5);
  });

  it('gives outsideHu everywhere for a block that misses the scan', () => {
    const affine = makeAffine(worldPoint(0, 0, 0), [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 1, 1]);
    const block: SourceBlock = { sizeVox: [0, 4, 4], indexToWorld: affine, valuesHu: new Int16Array(0) };
    const { valuesHu, outsideFraction } = resample(block, worldPoint(-30, 2, 2), spec);
    expect(valuesHu.every((hu) => hu === -200)).toBe(true);
    expect(outsideFraction).toBe(1);
  });

  it('makes a 24×64×64 patch from a 0.7×0.7×1 mm block in 60 ms', () => {
    const affine = makeAffine(worldPoint(-50, -50, -50), turned(0.05, 0.02, 0), [0.7, 0.7, 1]);
    const values = new Int16Array(110 * 110 * 50).map((_, index) => (index * 7919) % 1000);
    const block: SourceBlock = { sizeVox: [110, 110, 50], indexToWorld: affine, valuesHu: values };
    const full = specOf([24, 64, 64], [1.5, 1, 1]);
    const centre = indexToWorld(affine, voxelIndex(55, 55, 25));
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now();
      resample(block, centre, full);
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(60);
  });
});

describe('normalisePatch', () => {
  const spec = { clipHu: [-200, 800] as [number, number], meanHu: 100, stdHu: 250 };

  it('clips, then shifts and scales', () => {
    expect(Array.from(normalisePatch(Float64Array.of(-1000, -200, 100, 225, 800, 3000), spec))).toEqual([
      -1.2000000476837158, -1.2000000476837158, 0, 0.5, 2.799999952316284, 2.799999952316284,
    ]);
  });

  it('lets NaN through, so that the broken result is refused', () => {
    expect(normalisePatch(Float64Array.of(Number.NaN), spec)[0]).toBeNaN();
  });
});
