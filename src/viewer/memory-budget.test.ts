import { describe, expect, it } from 'vitest';
import type { SeriesGrid, SliceHeader } from '#src/core/dicom/series.ts';
import { limitsAfter, memoryLimits, memoryNeed } from './memory-budget.ts';
import { makeHeader } from './test-fixtures.ts';

function sized(columns: number, rows: number, count: number, header: Partial<SliceHeader> = {}): { slices: SliceHeader[]; grid: SeriesGrid } {
  const indexToWorld = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  return { slices: [makeHeader(header)], grid: { sizeVox: [columns, rows, count], spacingMm: [1, 1, 1], indexToWorld } };
}

const CARD = { bytesPerVoxel: 2, longestSide: 2048 };
const CANVAS = { bytesPerVoxel: 0, longestSide: Infinity };

describe('memory for a series', () => {
  it('lets 1,500 slices of 512² open on a machine of 4 GB, and no more than half of its memory', () => {
    const limits = memoryLimits(4, null, CARD);
    expect(memoryNeed(sized(512, 512, 1500), limits)).toBeNull();
    expect(memoryNeed(sized(512, 512, 2040), limits)).toBeNull();
    expect(memoryNeed(sized(512, 512, 2049), limits)).toEqual({ neededMegabytes: 2049, maxMegabytes: 2048, maxSlices: 2048 });
  });

  it('counts fractional values twice in main memory', () => {
    // 512² in 32 bit and in 16 bit on the card: 1.5 MB a slice.
    expect(memoryNeed(sized(512, 512, 1500, { rescaleSlope: 0.5 }), memoryLimits(4, null, CARD))).toEqual({ neededMegabytes: 2250, maxMegabytes: 2048, maxSlices: 1365 });
  });

  it('takes the address before the machine, and a careful guess where the browser says nothing', () => {
    expect(memoryNeed(sized(512, 512, 300), memoryLimits(32, 200, CARD))?.maxSlices).toBe(200);
    expect(memoryLimits(null, null, CARD).maxMegabytes).toBe(2048);
  });

  it('knows that a texture has a longest side', () => {
    expect(memoryNeed(sized(512, 512, 2100), memoryLimits(32, null, CARD))?.maxSlices).toBe(2048);
    expect(memoryNeed(sized(4096, 512, 20), memoryLimits(32, null, CARD))?.maxSlices).toBe(0);
  });

  it('needs half of it where the processor draws, and has no longest side there', () => {
    expect(memoryNeed(sized(512, 512, 4096), memoryLimits(4, null, CANVAS))).toBeNull();
    expect(memoryNeed(sized(512, 512, 4097), memoryLimits(4, null, CANVAS))).toEqual({ neededMegabytes: 2049, maxMegabytes: 2048, maxSlices: 4096 });
    expect(memoryNeed(sized(4096, 512, 20), memoryLimits(4, null, CANVAS))).toBeNull();
  });

  it('offers half of a series that turned out not to fit', () => {
    const series = sized(512, 512, 1000);
    const limits = limitsAfter(memoryLimits(8, null, CARD), series);
    expect(memoryNeed(series, limits)?.maxSlices).toBe(600);
    expect(memoryNeed(sized(512, 512, 500), limits)).toBeNull();
  });
});
