import type { AcquisitionFacts } from '../../dicom/series.ts';
import type { LevelPick } from '../../levels/pick.ts';
import type { DensityConversion } from '../../measure/density-reading.ts';
import type { RoiSource } from '../../measure/choose-roi.ts';
import type { LevelVoxels } from '../../measure/inspect-level.ts';
import type { InternalTissues } from '../../measure/internal-tissues.ts';
import type { RoiMeasurement } from '../../measure/roi.ts';
import type { VertebraFit } from '../../measure/vertebra-fit.ts';
import type { Result } from '#src/lib/result.ts';
import type { LevelWarning, NetworkEstimate, WarningEffect } from '../level-result.ts';

export type Problem = { readonly code: string; readonly sentence: string };

export type GateInput = {
  /** What the voxels of the body, round it and in the region say. */
  readonly voxels: LevelVoxels;
  readonly facts: AcquisitionFacts;
  readonly pick: LevelPick;
  /** The scan was tilted, and its slices were shifted onto the grid. */
  readonly isTiltResampled: boolean;
  /** The patch reaches beside the shifted slices of a tilted scan, where there is only air. */
  readonly isPatchBesideSlices?: boolean;
  /** Every second slice was left out for want of memory. */
  readonly isEverySecondSlice?: boolean;
  /** How attenuation became density; absent: by tube voltage. */
  readonly conversion?: DensityConversion;
  /** Of the snap that placed the pick; null where the reader placed or moved it by hand. */
  readonly snapConfidence: number | null;
  /** Null: the body was not found with confidence, and the fixed region in patient axes was measured. Absent: not looked for. */
  readonly fit?: VertebraFit | null;
  /** Whose region was measured; absent: not known. */
  readonly roiSource?: RoiSource;
  /** Null or absent: not looked for. */
  readonly tissues?: InternalTissues | null;
  readonly measured: Result<RoiMeasurement, Problem>;
  readonly estimated: Result<{ readonly network: NetworkEstimate }, Problem>;
};

export function warn(effect: WarningEffect, code: string, sentence: string): LevelWarning {
  return { code, effect, sentence };
}
