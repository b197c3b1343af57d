/** A simple spine of known centres for tests of picking and measuring; HU by domain.md 3.3. */
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import { seededRandom } from './synthetic-volume.ts';

export type SpineOptions = {
  /** Trabecular HU: about 30 (osteoporotic) to 300 (young). */
  readonly boneHu: number;
  readonly shellHu: number;
  readonly discHu: number;
  /** Half width, half depth and half height of each body, mm. */
  readonly halfSizeMm: readonly [number, number, number];
  readonly discHeightMm: number;
  /** LPS of the middle body. */
  readonly centre: WorldPoint;
  /** Tilt of all bodies in the sagittal plane, radians: the top lies posterior. */
  readonly tilt: number;
  /** Standard deviation of white noise, HU. */
  readonly noiseHu: number;
};

export const DEFAULT_SPINE: SpineOptions = {
  boneHu: 120,
  shellHu: 350,
  discHu: 85,
  halfSizeMm: [22, 16, 13],
  discHeightMm: 8,
  centre: worldPoint(4, -61, 312),
  tilt: 0.12,
  noiseHu: 15,
};

const SHELL_MM = 1.4;

/** Centres of the five bodies, from the lowest up. */
export function spineCentres(options: SpineOptions = DEFAULT_SPINE): readonly WorldPoint[] {
  const pitch = 2 * options.halfSizeMm[2] + options.discHeightMm;
  const [x, y, z] = options.centre;
  return [-2, -1, 0, 1, 2].map((n) => worldPoint(x, y + n * pitch * Math.sin(options.tilt), z + n * pitch * Math.cos(options.tilt)));
}

/** HU as a function of LPS, for {@link makeSyntheticVolume}. Noise depends on the order of the calls. */
export function spineHu(options: SpineOptions = DEFAULT_SPINE): (x: number, y: number, z: number) => number {
  const { boneHu, shellHu, discHu, discHeightMm, centre, tilt, noiseHu } = options;
  const [a, b, h] = options.halfSizeMm;
  const pitch = 2 * h + discHeightMm;
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  const random = seededRandom(77);
  const noise = (): number => noiseHu * Math.sqrt(3) * (random() + random() + random() + random() - 2);
  return (px, py, pz) => {
    const [x, y, z] = [px - centre[0], py - centre[1], pz - centre[2]];
    const v = y * cos - z * sin;
    const w = y * sin + z * cos;
    const local = w - pitch * Math.round(w / pitch);
    return tissueHu(x, v, local) + noise();
  };

  function tissueHu(x: number, v: number, w: number): number {
    const radius = Math.hypot(x / a, v / b);
    const inner = Math.hypot(x / (a - SHELL_MM), v / (b - SHELL_MM));
    if (radius <= 1 && Math.abs(w) <= h) return inner > 1 || Math.abs(w) > h - SHELL_MM ? shellHu : boneHu;
    if (radius <= 0.97) return discHu;
    const [canalX, canalV] = [x / 12, (v - b - 9) / 9];
    if (Math.hypot(canalX, canalV) <= 1) return 20;
    const isPedicle = Math.abs(Math.abs(x) - 15) < 4 && v > 0 && v < b + 16 && w > -2 && w < h - 3;
    const isLamina = Math.hypot(x / 22, (v - b - 12) / 15) <= 1 && v > b + 12 && Math.abs(w) < h - 2;
    if (isPedicle || isLamina) return shellHu;
    if (Math.hypot(x + 2, v + b + 13) < 11) return 45;
    if (Math.hypot((Math.abs(x) - a - 17) / 15, v / 18) <= 1) return 50;
    return -100;
  }
}
