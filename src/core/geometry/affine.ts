import { voxelIndex, worldPoint, type VoxelIndex, type WorldPoint, type WorldVector } from './spaces.ts';

/** 4×4 matrix, row-major, that takes a voxel index (i, j, k, 1) to LPS mm. The last row is 0 0 0 1. */
export type Affine = readonly number[];

/**
 * Affine of a regular grid.
 * @param origin LPS of voxel (0, 0, 0), mm
 * @param directions unit vectors along i, j, k
 * @param spacingMm distance between voxel centres along i, j, k
 */
export function makeAffine(
  origin: WorldPoint,
  directions: readonly [WorldVector, WorldVector, WorldVector],
  spacingMm: readonly [number, number, number],
): Affine {
  const [di, dj, dk] = directions;
  const [si, sj, sk] = spacingMm;
  return [
    di[0] * si, dj[0] * sj, dk[0] * sk, origin[0],
    di[1] * si, dj[1] * sj, dk[1] * sk, origin[1],
    di[2] * si, dj[2] * sj, dk[2] * sk, origin[2],
    0, 0, 0, 1,
  ];
}

function at(m: Affine, index: number): number {
  const value = m[index];
  if (value === undefined) throw new RangeError('An affine has 16 entries.');
  return value;
}

export function indexToWorld(m: Affine, index: VoxelIndex): WorldPoint {
  const [i, j, k] = index;
  return worldPoint(
    at(m, 0) * i + at(m, 1) * j + at(m, 2) * k + at(m, 3),
    at(m, 4) * i + at(m, 5) * j + at(m, 6) * k + at(m, 7),
    at(m, 8) * i + at(m, 9) * j + at(m, 10) * k + at(m, 11),
  );
}

/** Inverse of an index-to-world affine. Throws a RangeError when its axes do not span space. */
export function invertAffine(m: Affine): Affine {
  const [a, b, c, tx] = [at(m, 0), at(m, 1), at(m, 2), at(m, 3)];
  const [d, e, f, ty] = [at(m, 4), at(m, 5), at(m, 6), at(m, 7)];
  const [g, h, i, tz] = [at(m, 8), at(m, 9), at(m, 10), at(m, 11)];
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (Math.abs(det) < 1e-12) throw new RangeError('The grid axes do not span space.');
  const r = [
    (e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det,
    (f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det,
    (d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det,
  ] as const;
  return [
    r[0], r[1], r[2], -(r[0] * tx + r[1] * ty + r[2] * tz),
    r[3], r[4], r[5], -(r[3] * tx + r[4] * ty + r[5] * tz),
    r[6], r[7], r[8], -(r[6] * tx + r[7] * ty + r[8] * tz),
    0, 0, 0, 1,
  ];
}

/** Applies the inverse made by {@link invertAffine}. */
export function worldToIndex(inverse: Affine, point: WorldPoint): VoxelIndex {
  const [x, y, z] = point;
  return voxelIndex(
    at(inverse, 0) * x + at(inverse, 1) * y + at(inverse, 2) * z + at(inverse, 3),
    at(inverse, 4) * x + at(inverse, 5) * y + at(inverse, 6) * z + at(inverse, 7),
    at(inverse, 8) * x + at(inverse, 9) * y + at(inverse, 10) * z + at(inverse, 11),
  );
}

/** Column vectors of the affine: displacement in LPS mm for one step along i, j, k. */
export function stepVectors(m: Affine): readonly [WorldVector, WorldVector, WorldVector] {
  return [
    [at(m, 0), at(m, 4), at(m, 8)],
    [at(m, 1), at(m, 5), at(m, 9)],
    [at(m, 2), at(m, 6), at(m, 10)],
  ];
}

/** Distance between voxel centres along i, j, k; mm. */
export function spacingOf(m: Affine): readonly [number, number, number] {
  const [i, j, k] = stepVectors(m);
  return [Math.hypot(...i), Math.hypot(...j), Math.hypot(...k)];
}
