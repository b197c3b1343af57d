import type { CoarseGrid } from '#src/core/spine/coarse-grid.ts';
import type { SpineOutputs } from '#src/core/spine/find-spine.ts';
import type { ScanView } from '#src/core/spine/name-anchors.ts';
import { VERTEBRAE, type VertebraName } from '#src/core/levels/vertebra-name.ts';
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';

export type DrawnVertebra = { readonly name: VertebraName; readonly centreLps: WorldPoint };

/** Mean distances of VerSe 2020 towards the vertebra below, mm. */
const BELOW_MM: Partial<Record<VertebraName, number>> = {
  T1: 20.9, T2: 22.2, T3: 22.3, T4: 22.8,   T5: 23.5, T6: 24, T7: 24.3, T8: 24.9, T9: 25.7, T10: 27.6, T11: 29.8, T12: 32, T13: 33, L1: 33.4, L2: 34.1, L3: 33.8, L4: 31.7, L5: 31, L6: 31,
};

/** A curved spine from the first to the last name, head to feet, in a person of the given size; no axis is straight. */
export function drawnSpine(names: readonly VertebraName[], scale = 1): readonly DrawnVertebra[] {
  let [x, y, z] = [-14, 31, -212];
  return names.map((name, n) => {
    const centreLps = worldPoint(x, y, z);
    const length = (BELOW_MM[name] ?? 30) * scale;
    const tilt = 0.3 * Math.sin(0.5 * n);
    const aside = 0.1 * Math.cos(0.7 * n);
    x += length * Math.sin(aside);
    y += length * Math.sin(tilt) * Math.cos(aside);
    z -= length * Math.cos(tilt) * Math.cos(aside);
    return { name, centreLps };
  });
}

/** A grid that holds these points with room; sizes and origin all differ. */
export function gridAround(points: readonly WorldPoint[], multipleOf = 8): CoarseGrid {
  const low = [0, 1, 2].map((axis) => Math.min(...points.map((point) => point[axis] ?? 0)));
  const high = [0, 1, 2].map((axis) => Math.max(...points.map((point) => point[axis] ?? 0)));
  const cells = (axis: number, room: number): number => Math.ceil(((high[axis] ?? 0) - (low[axis] ?? 0) + room) / 4 / multipleOf) * multipleOf;
  return {
    sizeZyx: [cells(2, 70), cells(1, 60), cells(0, 90)],
    spacingMm: [4, 4, 4],
    originLps: worldPoint((low[0] ?? 0) - 31.3, (low[1] ?? 0) - 22.9, (low[2] ?? 0) - 29.1),
  };
}

/** The box of a grid as a scan's; `asideMm` adds to it on the patient's right and left. */
export function viewOfGrid({ sizeZyx: [depth, height, width], spacingMm: [mmZ, mmY, mmX], originLps: [x, y, z] }: CoarseGrid, asideMm = 0): ScanView {
  const more = Math.ceil(asideMm / mmX);
  return { sizeVox: [width + 2 * more, height, depth], indexToWorld: [mmX, 0, 0, x - more * mmX, 0, mmY, 0, y, 0, 0, mmZ, z, 0, 0, 0, 1] };
}

const SIGMA_MM = 6;

export type HeatmapOptions = {
  readonly grid: CoarseGrid;
  /** Probability at the centre of each drawn vertebra; 0 leaves it out. */
  readonly peak?: (vertebra: DrawnVertebra) => number;
  /** Peaks that are no vertebra. */
  readonly others?: readonly { readonly at: WorldPoint; readonly probability: number }[];
  readonly stride?: number;
  readonly names?: readonly VertebraName[];
  /** Natural log odds of the right name over each other one. */
  readonly sureness?: (vertebra: DrawnVertebra) => number;
};

/** What a network of the contract's shape would give for a drawn spine. */
export function drawOutputs(spine: readonly DrawnVertebra[], { grid, peak = () => 0.9, others = [], stride = 4, names = VERTEBRAE, sureness = () => 5 }: HeatmapOptions): SpineOutputs {
  const [depth, height, width] = grid.sizeZyx;
  const marks = [...spine.map((one) => ({ at: one.centreLps, probability: peak(one) })), ...others];
  const heatmap = new Float32Array(depth * height * width).fill(-9);
  const [dz, dy, dx] = [depth / stride, height / stride, width / stride];
  const levels = new Float32Array(names.length * dz * dy * dx);
  const distances = (z: number, y: number, x: number, at: WorldPoint): number =>
    Math.hypot(grid.originLps[0] + 4 * x - at[0], grid.originLps[1] + 4 * y - at[1], grid.originLps[2] + 4 * z - at[2]);
  for (let z = 0; z < depth; z += 1) for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
    const index = (z * height + y) * width + x;
    for (const { at, probability } of marks) {
      if (probability === 0) continue;
      const p = probability * Math.exp(-0.5 * (distances(z, y, x, at) / SIGMA_MM) ** 2);
      if (p > 1e-4) heatmap[index] = Math.max(heatmap[index] ?? -9, Math.log(p / (1 - p)));
    }
  }
  for (let z = 0; z < dz; z += 1) for (let y = 0; y < dy; y += 1) for (let x = 0; x < dx; x += 1) {
    const middle = (cell: number): number => (cell + 0.5) * stride - 0.5;
    const nearest = spine.toSorted((a, b) => distances(middle(z), middle(y), middle(x), a.centreLps) - distances(middle(z), middle(y), middle(x), b.centreLps))[0];
    if (nearest === undefined) continue;
    const channel = names.indexOf(nearest.name);
    if (channel >= 0) levels[((channel * dz + z) * dy + y) * dx + x] = sureness(nearest);
  }
  return { heatmap, levels };
}
