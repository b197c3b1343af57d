import type { Series, SeriesGrid, SliceHeader } from '#src/core/dicom/series.ts';
import { huTypeOf } from './hu-slice.ts';
import type { StageNeeds } from './stage.ts';

/** What the values of an open series take in main memory, each once. */
const BYTES = { Int16Array: 2, Float32Array: 4 } as const;
const MEGABYTE = 1024 * 1024;
/** Where the browser does not say how much memory the machine has (Firefox, Safari), gigabytes. */
const ASSUMED_DEVICE_GB = 4;
/** Share of the machine's memory that one series may take, a graphics card's copy included: the rest is for everything else. */
const DEVICE_SHARE = 0.5;

/** What is offered instead of a series that failed. */
const FAILED_SHARE = 0.6;

type Sized = Pick<Series, 'slices' | 'grid'>;

export type MemoryLimits = {
  /** For one series, main memory and graphics card together. */
  readonly maxMegabytes: number;
  readonly stage: StageNeeds;
};

/**
 * @param deviceGb navigator.deviceMemory: a power of two, 8 or 32 at most by browser; null where it is not said
 * @param askedMegabytes `?maxMegabytes=` of the address; null where it does not set one
 */
export function memoryLimits(deviceGb: number | null, askedMegabytes: number | null, stage: StageNeeds): MemoryLimits {
  return { maxMegabytes: askedMegabytes ?? (deviceGb ?? ASSUMED_DEVICE_GB) * 1024 * DEVICE_SHARE, stage };
}

export type MemoryNeed = {
  readonly neededMegabytes: number;
  readonly maxMegabytes: number;
  /** Slices of this series that fit at once; 0 where not even its slices' own size does. */
  readonly maxSlices: number;
};

/** Megabytes of one slice, a graphics card's copy included. */
function sliceMegabytes(slices: readonly SliceHeader[], [columns, rows]: SeriesGrid['sizeVox'], { bytesPerVoxel }: StageNeeds): number {
  return (columns * rows * (BYTES[huTypeOf(slices)] + bytesPerVoxel)) / MEGABYTE;
}

/** Lower limits after a series that should have fitted did not: half of it then still does. */
export function limitsAfter(limits: MemoryLimits, { slices, grid }: Sized): MemoryLimits {
  if (grid === null) return limits;
  const failed = sliceMegabytes(slices, grid.sizeVox, limits.stage) * grid.sizeVox[2];
  return { ...limits, maxMegabytes: Math.min(limits.maxMegabytes, FAILED_SHARE * failed) };
}

/** Null where the series fits. */
export function memoryNeed({ slices, grid }: Sized, { maxMegabytes, stage }: MemoryLimits): MemoryNeed | null {
  if (grid === null) return null;
  const [columns, rows, count] = grid.sizeVox;
  const each = sliceMegabytes(slices, grid.sizeVox, stage);
  const isDrawable = columns <= stage.longestSide && rows <= stage.longestSide;
  const maxSlices = isDrawable ? Math.min(stage.longestSide, Math.floor(maxMegabytes / each)) : 0;
  return count <= maxSlices ? null : { neededMegabytes: Math.ceil(each * count), maxMegabytes, maxSlices };
}
