import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { chooseRoi, type RoiChoice } from '#src/core/measure/choose-roi.ts';
import { boxesForLevel, inspectLevel, type LevelFacts } from '#src/core/measure/inspect-level.ts';
import type { Roi } from '#src/core/measure/roi.ts';
import { boxForFit } from '#src/core/measure/vertebra-fit.ts';
import type { VolumePart } from '#src/core/volume/volume-part.ts';
import type { VolumeSource, VoxelBox } from '#src/core/volume/volume-source.ts';

/** Where to measure a level; then what its voxels say. Two steps, because which voxels the second reads is known after the first. */
export type LevelTask =
  | { readonly kind: 'choose'; readonly centreLps: WorldPoint; readonly edited: Roi | undefined }
  | { readonly kind: 'inspect'; readonly centreLps: WorldPoint; readonly choice: RoiChoice; readonly kvp: number | null };

export type LevelFound = { readonly kind: 'choose'; readonly choice: RoiChoice } | { readonly kind: 'inspect'; readonly facts: LevelFacts };

/** The part holds {@link boxesForTask}. */
export type LevelRequest = { readonly id: number; readonly part: VolumePart; readonly task: LevelTask };
export type LevelReply = { readonly id: number; readonly found: LevelFound };

export function boxesForTask(volume: VolumeSource, task: LevelTask): readonly VoxelBox[] {
  return task.kind === 'choose' ? [boxForFit(volume, task.centreLps)] : boxesForLevel(volume, task.centreLps, task.choice);
}

/** In the worker on the part that it was sent, and on the page on the whole scan. */
export function runTask(volume: VolumeSource, task: LevelTask): LevelFound {
  if (task.kind === 'choose') return { kind: 'choose', choice: chooseRoi(volume, task.centreLps, task.edited) };
  return { kind: 'inspect', facts: inspectLevel(volume, task.centreLps, task.choice, task.kvp) };
}
