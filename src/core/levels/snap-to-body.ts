import { invertAffine, stepVectors, worldToIndex } from '../geometry/affine.ts';
import { worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import type { SourceBlock, VolumeSource, VoxelBox } from '../volume/volume-source.ts';
import { GRID_HALF_SIZE_MM, resampleBodyGrid } from './body-grid.ts';
import { fitBody, type BodyFit } from './fit-body.ts';

/** Where a click on a vertebral body lands. Lengths mm. */
export type SnapResult = {
  /** Centre of the body found, or the click itself where none was found with confidence. */
  readonly centreLps: WorldPoint;
  /** 0 to 1: how much of a body's surface stands round the centre. Below {@link MIN_CONFIDENCE} the click is kept. */
  readonly confidence: number;
  /** False: the click was kept. */
  readonly moved: boolean;
  /** Size of the body found, whether or not the click was moved: left-right, front-back half axes and full height. */
  readonly halfWidthMm: number;
  readonly halfDepthMm: number;
  readonly heightMm: number;
};

/** Below this the click is kept: measured on real CTs, see snap-to-body.real-ct.test.ts. */
export const MIN_CONFIDENCE = 0.5;

/**
 * Confidence rises evenly between these scores, HU. On the three real CTs of shared/data, 108 clicks in a body score 74 or
 * more; of 216 in front of the spine or beside it one scores above 68; of 108 behind it, on lamina and spinous process, 32
 * do and move to what looks like a body: a pick stays the reader's to confirm.
 */
const SCORE_HU = { none: 40, full: 96 } as const;

/** Voxels that {@link snapInBlock} reads for a click: about 92 × 92 × 86 mm in patient axes. Not clipped to the scan. */
export function boxForSnap(volume: Pick<VolumeSource, 'indexToWorld'>, clicked: WorldPoint): VoxelBox {
  const inverse = invertAffine(volume.indexToWorld);
  const centre = worldToIndex(inverse, clicked);
  const steps = stepVectors(inverse);
  const [i, j, k] = ([0, 1, 2] as const).map((axis) => {
    const reach = steps.reduce((sum, step, world) => sum + Math.abs(step[axis]) * (GRID_HALF_SIZE_MM[world] ?? 0), 0);
    return [Math.floor(centre[axis] - reach), Math.ceil(centre[axis] + reach) + 1] as const;
  }) as [readonly [number, number], readonly [number, number], readonly [number, number]];
  return { min: [i[0], j[0], k[0]], max: [i[1], j[1], k[1]] };
}

function confidenceOf({ scoreHu }: BodyFit): number {
  return Math.min(1, Math.max(0, (scoreHu - SCORE_HU.none) / (SCORE_HU.full - SCORE_HU.none)));
}

/**
 * Finds the vertebral body round a click anywhere inside it, up to about 12 mm off its centre, by fitting a tilted
 * cylinder to shell against surroundings (body-model.ts). Pure; about 30 ms, so a worker or one click may run it.
 * @param block the voxels of {@link boxForSnap}; what it lacks counts as outside the scan
 */
export function snapInBlock(block: SourceBlock, clicked: WorldPoint): SnapResult {
  const fit = fitBody(resampleBodyGrid(block, clicked));
  const { x, y, z, a, b, h } = fit.body;
  const confidence = confidenceOf(fit);
  const moved = confidence >= MIN_CONFIDENCE;
  return {
    centreLps: moved ? worldPoint(clicked[0] + x, clicked[1] + y, clicked[2] + z) : clicked,
    confidence,
    moved,
    halfWidthMm: a,
    halfDepthMm: b,
    heightMm: 2 * h,
  };
}

/** {@link snapInBlock} with the block it needs. */
export function snapToBody(volume: VolumeSource, clicked: WorldPoint): SnapResult {
  return snapInBlock(volume.readBlock(boxForSnap(volume, clicked)), clicked);
}
