/** A trunk of known tissues round a vertebral body, for tests that look beside the spine; HU as given, noise added. */
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import { seededRandom } from './synthetic-volume.ts';

export type TrunkOptions = {
  /** Of the vertebral body, LPS. */
  readonly centre: WorldPoint;
  readonly airHu: number;
  readonly fatHu: number;
  readonly muscleHu: number;
  readonly bloodHu: number;
  readonly noiseHu: number;
  /** Of the aorta from the body's centre, mm to the left and to the front. */
  readonly aorta: { readonly left: number; readonly front: number; readonly radius: number } | null;
  /** Width of the subcutaneous fat, mm. */
  readonly fatMm: number;
};

export const DEFAULT_TRUNK: TrunkOptions = {
  centre: worldPoint(11, 37, -212),
  airHu: -998, fatHu: -103, muscleHu: 52, bloodHu: 41, noiseHu: 14,
  aorta: { left: 11, front: 33, radius: 10 },
  fatMm: 18,
};

/** HU as a function of LPS; the trunk is the same at every height. Noise depends on the order of the calls. */
export function trunkHu(options: TrunkOptions = DEFAULT_TRUNK): (x: number, y: number, z: number) => number {
  const { centre, aorta, noiseHu } = options;
  const random = seededRandom(31);
  const noise = (): number => noiseHu * Math.sqrt(3) * (random() + random() + random() + random() - 2);
  return (px, py) => tissueHu(px - centre[0], py - centre[1]) + noise();

  function tissueHu(left: number, back: number): number {
    // The table lies below the skin, with air between.
    if (back > 103 && back < 109 && Math.abs(left) < 190) return 300;
    const skin = Math.hypot(left / 160, (back + 40) / 130);
    if (skin > 1) return options.airHu;
    if (skin > 1 - options.fatMm / 130) return options.fatHu;
    if (Math.hypot(left / 22, back / 16) <= 1) return Math.hypot(left / 20, back / 14) <= 1 ? 130 : 350;
    if (Math.hypot(left / 12, (back - 25) / 9) <= 1) return 20;
    if (aorta !== null && Math.hypot(left - aorta.left, back + aorta.front) <= aorta.radius) return options.bloodHu;
    // The inferior vena cava, whose blood has the same attenuation before contrast and another after it.
    if (Math.hypot((left + 24) / 13, (back + 30) / 9) <= 1) return 0.7 * options.bloodHu + 10;
    if (Math.hypot((Math.abs(left) - 42) / 16, (back - 2) / 17) <= 1) return options.muscleHu;
    if (Math.abs(left) > 9 && Math.abs(left) < 62 && back > 24 && back < 68) return options.muscleHu;
    if (Math.abs(left) <= 5 && back > 24 && back < 66) return 420;
    // Kidneys and bowel.
    if (Math.hypot((Math.abs(left) - 78) / 22, (back - 8) / 28) <= 1) return 32;
    return back < -52 ? 35 : options.fatHu - 3;
  }
}
