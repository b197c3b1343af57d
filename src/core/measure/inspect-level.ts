import type { WorldPoint } from '../geometry/spaces.ts';
import type { VolumeSource, VoxelBox } from '../volume/volume-source.ts';
import type { Result } from '#src/lib/result.ts';
import { boxForSlab, readAxialSlab, type AxialSlab } from './axial-slab.ts';
import { boxForRegion, inspectBodyRegion, type BodyRegionFacts } from './body-region.ts';
import type { RoiChoice } from './choose-roi.ts';
import { boxForBody } from './doubts/body-grid.ts';
import { boxForBridge } from './doubts/bridges.ts';
import { inspectDoubts, type DoubtFacts } from './doubts/inspect-doubts.ts';
import { boxForMetal } from './doubts/metal-beside.ts';
import { boxForLayers, roiLayers, type RoiLayers } from './doubts/roi-layers.ts';
import { tissuesInSlab, type InternalTissues } from './internal-tissues.ts';
import { boxForRoi, measureRoiAt, type Roi, type RoiMeasurement, type RoiProblem } from './roi.ts';
import type { VertebraFit } from './vertebra-fit.ts';

/** What the voxels of a level say, to be judged by core/results/gates. */
export type LevelVoxels = {
  readonly region: BodyRegionFacts;
  readonly doubts: DoubtFacts;
  /** Of the measured region; null where it was not measured. */
  readonly layers: RoiLayers | null;
};

/** All that is read from the voxels of a level once its region is chosen. */
export type LevelFacts = {
  readonly measured: Result<RoiMeasurement, RoiProblem>;
  readonly tissues: InternalTissues;
  readonly voxels: LevelVoxels;
};

/** Voxels that {@link inspectLevel} reads, box by box. Not clipped to the scan. */
export function boxesForLevel(volume: Pick<VolumeSource, 'indexToWorld'>, centreLps: WorldPoint, { fit, roi }: RoiChoice): readonly VoxelBox[] {
  const ends = fit === null ? [] : [fit.endplates.superior, fit.endplates.inferior].map((endplate) => boxForBridge(volume, fit, endplate));
  return [
    boxForRoi(volume, roi), boxForLayers(volume, roi), boxForSlab(volume, centreLps),
    boxForRegion(volume, centreLps), boxForBody(volume, centreLps, fit), boxForMetal(volume, centreLps), ...ends,
  ];
}

/** @param kvp tube voltage, null where unknown */
export function inspectLevel(volume: VolumeSource, centreLps: WorldPoint, { fit, roi }: RoiChoice, kvp: number | null): LevelFacts {
  const measured = measureRoiAt(volume, roi, kvp);
  const slab = readAxialSlab(volume, centreLps);
  return { measured, tissues: tissuesInSlab(slab, centreLps), voxels: inspectVoxels(volume, centreLps, fit, measured.ok ? roi : null, slab) };
}

/**
 * @param roi where it was measured
 * @param slab at the centre
 */
export function inspectVoxels(volume: VolumeSource, centreLps: WorldPoint, fit: VertebraFit | null, roi: Roi | null, slab: AxialSlab = readAxialSlab(volume, centreLps)): LevelVoxels {
  return {
    region: inspectBodyRegion(volume, centreLps),
    doubts: inspectDoubts(volume, centreLps, fit, roi, slab),
    layers: roi === null ? null : roiLayers(volume, roi),
  };
}
