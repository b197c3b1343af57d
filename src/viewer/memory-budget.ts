import type { Series, SeriesGrid, SliceHeader } from '#src/core/dicom/series.ts';
import { huTypeOf } from './hu-slice.ts';

/** What an open series takes: its values once in main memory, once as 16-bit floats on the graphics card. */
const BYTES = { Int16Array: 2, Float32Array: 4 } as const;
const TEXTURE_BYTES = 2;
const MEGABYTE = 1024 * 1024;
/** Where the browser does not say how much memory the machine has (Firefox, Safari), gigabytes. */
const ASSUMED_DEVICE_GB = 4;
/** Share of the machine's memory that one series may take, both copies together: the rest is for everything else. */
const DEVICE_SHARE = 0.5;

/** What is offered instead of a series that failed. */
const FAILED_SHARE = 0.6;

type Sized = Pick<Series, 'slices' | 'grid'>;

export type MemoryLimits = {
  /** For one series, main memory and graphics card together. */
  readonly maxMegabytes: number;
  /** Longest side of a texture in three dimensions. */
  readonly maxTextureSide: number;
};

/**
 * @param deviceGb navigator.deviceMemory: a power of two, 8 or 32 at most by browser; null where it is not said
 * @param askedMegabytes `?maxMegabytes=` of the address; null where it does not set one
 */
export function memoryLimits(deviceGb: number | null, askedMegabytes: number | null, maxTextureSide: number): MemoryLimits {
  return { maxMegabytes: askedMegabytes ?? (deviceGb ?? ASSUMED_DEVICE_GB) * 1024 * DEVICE_SHARE, maxTextureSide };
}

export type MemoryNeed = {
  readonly neededMegabytes: number;
  readonly maxMegabytes: number;
  /** Slices of this series that fit at once; 0 where not even its slices' own size does. */
  readonly maxSlices: number;
};

/** Megabytes of both copies of one slice. */
function sliceMegabytes(slices: readonly SliceHeader[], [columns, rows]: SeriesGrid['sizeVox']): number {
  return (columns * rows * (BYTES[huTypeOf(slices)] + TEXTURE_BYTES)) / MEGABYTE;
}

/** Lower limits after a series that should have fitted did not: half of it then still does. */
export function limitsAfter(limits: MemoryLimits, { slices, grid }: Sized): MemoryLimits {
  if (grid === null) return limits;
  const failed = sliceMegabytes(slices, grid.sizeVox) * grid.sizeVox[2];
  return { ...limits, maxMegabytes: Math.min(limits.maxMegabytes, FAILED_SHARE * failed) };
}

/** Null where the series fits. */
export function memoryNeed({ slices, grid }: Sized, { maxMegabytes, maxTextureSide }: MemoryLimits): MemoryNeed | null {
  if (grid === null) return null;
  const [columns, rows, count] = grid.sizeVox;
  const each = sliceMegabytes(slices, grid.sizeVox);
  const isDrawable = columns <= maxTextureSide && rows <= maxTextureSide;
  const maxSlices = isDrawable ? Math.min(maxTextureSide, Math.floor(maxMegabytes / each)) : 0;
  return count <= maxSlices ? null : { neededMegabytes: Math.ceil(each * count), maxMegabytes, maxSlices };
}
