import { invertAffine, worldToIndex } from '../geometry/affine.ts';
import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { makeBlockSampler } from '../volume/sample-block.ts';
import type { VolumeSource, VoxelBox } from '../volume/volume-source.ts';
import { boxAround } from './roi.ts';

/** Half axes of the region looked at for metal and cement: inside the body of any level, its cortex left out; mm. */
export const BODY_REGION = { halfWidthMm: 15, halfDepthMm: 11, halfHeightMm: 8, stepMm: 1.5 } as const;
/** Denser than spongy bone and endplates (300 to 600 HU); bone islands, cement and metal lie above (domain.md 3.5). */
export const DENSE_ABOVE_HU = 800;

/** Cement starts here, metal lies higher (domain.md 3.5). */
export const METAL_ABOVE_HU = 1500;

export type BodyRegionFacts = {
  /** Highest sample, HU; null where the whole region lies outside the scan. */
  readonly maxHu: number | null;
  /** Share of the samples inside the scan above {@link DENSE_ABOVE_HU}. */
  readonly denseFraction: number;
  /** Share of them above {@link METAL_ABOVE_HU}. */
  readonly metalFraction: number;
  /** Share of the region outside the scan. */
  readonly outsideFraction: number;
  /** From the centre up or down to the nearer end of the scan, mm; 0 where the centre lies outside. */
  readonly roomMm: number;
};

/** Voxels that {@link inspectBodyRegion} reads. Not clipped to the scan. */
export function boxForRegion(volume: Pick<VolumeSource, 'indexToWorld'>, centreLps: WorldPoint): VoxelBox {
  const { halfWidthMm, halfDepthMm, halfHeightMm } = BODY_REGION;
  return boxAround(volume, centreLps, [halfWidthMm, halfDepthMm, halfHeightMm]);
}

/** What the body holds besides spongy bone, in an elliptical cylinder round its centre in patient axes. */
export function inspectBodyRegion(volume: VolumeSource, centreLps: WorldPoint): BodyRegionFacts {
  const { halfWidthMm, halfDepthMm, halfHeightMm, stepMm } = BODY_REGION;
  const sample = makeBlockSampler(volume.readBlock(boxForRegion(volume, centreLps)));
  const [cx, cy, cz] = centreLps;
  let maxHu = Number.NEGATIVE_INFINITY;
  let dense = 0;
  let metal = 0;
  let inside = 0;
  let total = 0;
  const [nx, ny, nz] = [halfWidthMm, halfDepthMm, halfHeightMm].map((half) => Math.floor(half / stepMm)) as [number, number, number];
  for (let k = -nz; k <= nz; k += 1) {
    for (let j = -ny; j <= ny; j += 1) {
      for (let i = -nx; i <= nx; i += 1) {
        const [x, y, z] = [i * stepMm, j * stepMm, k * stepMm];
        if ((x / halfWidthMm) ** 2 + (y / halfDepthMm) ** 2 > 1) continue;
        total += 1;
        const hu = sample(cx + x, cy + y, cz + z);
        if (Number.isNaN(hu)) continue;
        inside += 1;
        if (hu > maxHu) maxHu = hu;
        if (hu > DENSE_ABOVE_HU) dense += 1;
        if (hu > METAL_ABOVE_HU) metal += 1;
      }
    }
  }
  return {
    maxHu: inside > 0 ? maxHu : null,
    denseFraction: dense / Math.max(1, inside),
    metalFraction: metal / Math.max(1, inside),
    outsideFraction: 1 - inside / total,
    roomMm: roomAlongPatient(volume, centreLps),
  };
}

/** The scan reaches half a voxel beyond its outer centres. */
function roomAlongPatient({ indexToWorld, sizeVox }: Pick<VolumeSource, 'indexToWorld' | 'sizeVox'>, [x, y, z]: WorldPoint): number {
  const inverse = invertAffine(indexToWorld);
  const [at, above] = [worldToIndex(inverse, worldPoint(x, y, z)), worldToIndex(inverse, worldPoint(x, y, z + 1))];
  const ends = sizeVox.flatMap((size, axis) => {
    const [here, perMm] = [at[axis] ?? 0, Math.abs((above[axis] ?? 0) - (at[axis] ?? 0))];
    return [(here + 0.5) / perMm, (size - 0.5 - here) / perMm];
  });
  return Math.max(0, Math.min(...ends));
}
