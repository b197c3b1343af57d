import { indexToWorld } from '../geometry/affine.ts';
import { voxelIndex, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import type { VolumeSource } from '../volume/volume-source.ts';

/** Where to look first: a point on the spine, and a box in patient axes that should fill the planes. LPS, mm. */
export type SpineView = {
  readonly spine: WorldPoint;
  readonly centre: WorldPoint;
  /** How far the box reaches on each side of its centre along x, y, z. */
  readonly halfMm: readonly [number, number, number];
};

/** Enough slices and columns to find the spine, few enough to take some ten milliseconds. */
const SAMPLED_SLICES = 24;
const SAMPLED_COLUMNS = 110;
/** Softer than any organ, so that the table and air stay out, HU. */
const BODY_ABOVE_HU = -150;
/** Bone, but neither metal nor most enhanced vessels, HU. */
const BONE_HU = [180, 1500] as const;
/** The spine lies this near to the middle of the body, mm. */
const MIDLINE_MM = 40;
/** Fewer samples of bone are no spine. */
const FEWEST_SAMPLES = 60;
/** Bodies lie in front of the posterior elements, which are as much bone: a little forward of the median is inside a body. */
const BODY_QUANTILE = 0.3;
/** Half the width and depth shown round the spine: the bodies, the canal, and the abdomen in front that carries the cards; mm. */
const HALF_WIDTH_MM = 95;
const HALF_DEPTH_MM = 95;
const FORWARD_MM = 18;

/**
 * A box round the spine over the whole height of the scan. A guess for the first view only; nothing is measured from it. The spine is taken for the bone near the body's middle.
 * @returns null where there is too little bone to tell
 */
export function findSpineView(volume: VolumeSource): SpineView | null {
  const body: number[] = [];
  const bone: WorldPoint[] = [];
  // Row of the affine that gives x: making a point of every sample took longer than all the rest.
  const [alongI = 0, alongJ = 0, alongK = 0, origin = 0] = volume.indexToWorld;
  forSamples(volume, (i, j, k, hu) => {
    if (hu > BODY_ABOVE_HU) body.push(alongI * i + alongJ * j + alongK * k + origin);
    if (hu > BONE_HU[0] && hu < BONE_HU[1]) bone.push(indexToWorld(volume.indexToWorld, voxelIndex(i, j, k)));
  });
  const middle = median(body);
  if (middle === null) return null;
  const spine = bone.filter((point) => Math.abs(point[0] - middle) < MIDLINE_MM);
  if (spine.length < FEWEST_SAMPLES) return null;
  const x = median(spine.map((point) => point[0]));
  const y = quantile(spine.map((point) => point[1]), BODY_QUANTILE);
  if (x === null || y === null) return null;
  const [low, high] = heightOf(volume);
  const z = (low + high) / 2;
  return { spine: worldPoint(x, y, z), centre: worldPoint(x, y - FORWARD_MM, z), halfMm: [HALF_WIDTH_MM, HALF_DEPTH_MM, (high - low) / 2] };
}

function forSamples(volume: VolumeSource, visit: (i: number, j: number, k: number, valueHu: number) => void): void {
  const [ni, nj, nk] = volume.sizeVox;
  const step = Math.max(1, Math.floor(Math.max(ni, nj) / SAMPLED_COLUMNS));
  const slices = Math.min(nk, SAMPLED_SLICES);
  for (let n = 0; n < slices; n += 1) {
    const k = Math.floor(((n + 0.5) * nk) / slices);
    const { valuesHu } = volume.readBlock({ min: [0, 0, k], max: [ni, nj, k + 1] });
    for (let j = 0; j < nj; j += step) {
      for (let i = 0; i < ni; i += step) {
        visit(i, j, k, valuesHu[j * ni + i] ?? 0);
      }
    }
  }
}

/** Lowest and highest z of the scan's voxel centres, mm. */
function heightOf({ sizeVox: [ni, nj, nk], indexToWorld: affine }: VolumeSource): readonly [number, number] {
  const heights = [0, ni - 1].flatMap((i) => [0, nj - 1].flatMap((j) => [0, nk - 1].map((k) => indexToWorld(affine, voxelIndex(i, j, k))[2])));
  return [Math.min(...heights), Math.max(...heights)];
}

function median(values: readonly number[]): number | null {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number | null {
  // Typed arrays sort numbers by themselves, ten times faster than with a comparison.
  return Float64Array.from(values).sort()[Math.floor(values.length * share)] ?? null;
}
