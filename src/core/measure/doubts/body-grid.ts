import { PATIENT_AXES } from '../../geometry/elliptical-cylinder.ts';
import type { WorldPoint } from '../../geometry/spaces.ts';
import { makeBlockSampler } from '../../volume/sample-block.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from '../../volume/volume-source.ts';
import { pointIn, type BodyFrame } from '../body-frame.ts';
import { boxAround } from '../roi.ts';
import type { VertebraFit } from '../vertebra-fit.ts';
import { DOUBT_LIMITS } from './limits.ts';

/** Samples of a body's inside on a grid in its axes. Index x fastest, then y, then z; mm from the centre, y to the back. */
export type BodyGrid = {
  readonly centreLps: WorldPoint;
  readonly frame: BodyFrame;
  readonly size: readonly [number, number, number];
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** 1 inside the ellipse and the scan. The values of the others mean nothing. */
  readonly isKnown: Uint8Array;
  readonly hu: Float64Array;
  /** Mean over the known of 3 × 3 × 3 samples. */
  readonly smoothHu: Float64Array;
  readonly cellMm3: number;
};

/** Half axes of the grid: those of most bodies, or less in a small or lower one and where nothing is known of it. */
function reachOf(fit: VertebraFit | null): { readonly halfWidthMm: number; readonly halfDepthMm: number; readonly halfHeightMm: number } {
  const { grid, shares, unfitted } = DOUBT_LIMITS;
  if (fit === null) return unfitted;
  return {
    halfWidthMm: Math.min(grid.halfWidthMm, shares.width * fit.halfWidthMm),
    halfDepthMm: Math.min(grid.halfDepthMm, shares.depth * fit.halfDepthMm),
    halfHeightMm: Math.min(grid.halfHeightMm, shares.height * Math.min(fit.heightsMm.anterior, fit.heightsMm.posterior)),
  };
}

/** Voxels that {@link sampleBody} reads. Not clipped to the scan. */
export function boxForBody(volume: Pick<VolumeSource, 'indexToWorld'>, markLps: WorldPoint, fit: VertebraFit | null): VoxelBox {
  const { halfWidthMm, halfDepthMm, halfHeightMm } = reachOf(fit);
  const reach = Math.hypot(halfWidthMm, halfDepthMm, halfHeightMm);
  return boxAround(volume, fit?.centreLps ?? markLps, [reach, reach, reach]);
}

/** In the fitted body's own frame; without a fit in patient axes at the mark. */
export function sampleBody(volume: VolumeSource, markLps: WorldPoint, fit: VertebraFit | null): BodyGrid {
  return sampleBodyIn(volume.readBlock(boxForBody(volume, markLps, fit)), markLps, fit);
}

/** {@link sampleBody} in a block that holds the voxels of {@link boxForBody}; what it lacks counts as outside the scan. */
export function sampleBodyIn(block: SourceBlock, markLps: WorldPoint, fit: VertebraFit | null): BodyGrid {
  const { halfWidthMm, halfDepthMm, halfHeightMm } = reachOf(fit);
  const { stepMm } = DOUBT_LIMITS.grid;
  const centreLps = fit?.centreLps ?? markLps;
  const frame = fit ?? PATIENT_AXES;
  const sample = makeBlockSampler(block);
  const halves = [halfWidthMm, halfDepthMm, halfHeightMm].map((half) => Math.floor(half / stepMm)) as [number, number, number];
  const size = halves.map((half) => 2 * half + 1) as [number, number, number];
  const count = size[0] * size[1] * size[2];
  const [x, y, z, hu] = [new Float64Array(count), new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const isKnown = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) {
    const i = (index % size[0]) - halves[0];
    const j = (Math.floor(index / size[0]) % size[1]) - halves[1];
    const k = Math.floor(index / (size[0] * size[1])) - halves[2];
    const at = [i * stepMm, j * stepMm, k * stepMm] as const;
    [x[index], y[index], z[index]] = at;
    if ((at[0] / halfWidthMm) ** 2 + (at[1] / halfDepthMm) ** 2 > 1) continue;
    const [px, py, pz] = pointIn(frame, centreLps, ...at);
    const value = sample(px, py, pz);
    if (Number.isNaN(value)) continue;
    isKnown[index] = 1;
    hu[index] = value;
  }
  return { centreLps, frame, size, x, y, z, isKnown, hu, smoothHu: smooth(hu, isKnown, size), cellMm3: stepMm ** 3 };
}

/** Where the basivertebral vein may run, mm from the centre. */
export function isInVein({ x, y, z }: BodyGrid, index: number, halfHeightMm: number): boolean {
  const { halfWidthMm, fromMm } = DOUBT_LIMITS.vein;
  return Math.abs(x[index] ?? 0) < halfWidthMm && (y[index] ?? 0) > fromMm && Math.abs(z[index] ?? 0) < halfHeightMm;
}

function smooth(hu: Float64Array, isKnown: Uint8Array, [nx, ny, nz]: readonly [number, number, number]): Float64Array {
  const out = new Float64Array(hu.length);
  for (let k = 0; k < nz; k += 1) {
    for (let j = 0; j < ny; j += 1) {
      for (let i = 0; i < nx; i += 1) {
        let sum = 0;
        let known = 0;
        for (let c = Math.max(0, k - 1); c <= Math.min(nz - 1, k + 1); c += 1) {
          for (let b = Math.max(0, j - 1); b <= Math.min(ny - 1, j + 1); b += 1) {
            for (let a = Math.max(0, i - 1); a <= Math.min(nx - 1, i + 1); a += 1) {
              const n = a + nx * (b + ny * c);
              if (isKnown[n] !== 1) continue;
              sum += hu[n] ?? 0;
              known += 1;
            }
          }
        }
        out[i + nx * (j + ny * k)] = sum / Math.max(1, known);
      }
    }
  }
  return out;
}
