import { describe, expect, test } from 'vitest';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { leaveOutSlices } from './leave-out-slices.ts';
import { makeSeriesList } from './make-series.ts';
import type { Series } from './series.ts';

const CT = { sizeVox: [9, 7, 40] } as const;

function slice(series: Series | undefined, k: number) {
  const found = series?.slices[k];
  if (found === undefined) throw new Error('No slice.');
  return found;
}

describe('leaving out slices that cannot be decoded', () => {
  test('should make the parts that a missing slice makes, name the file, and keep the other series', () => {
    const other = syntheticHeaders({ seriesInstanceUid: '1.2.7' });
    const { series } = makeSeriesList([...syntheticHeaders(CT), ...other]);
    const [whole, beside] = series;
    if (whole === undefined) throw new Error('No series.');
    const left = leaveOutSlices(series, whole, [{ slice: slice(whole, 22), reason: 'its pixels are damaged' }]);
    expect(left.map((one) => [one.slices.length, one.grid?.sizeVox[2], one.problems.map(({ code }) => code)])).toEqual([
      [22, 22, ['slice-unreadable', 'missing-slices']],
      [17, 17, ['slice-unreadable', 'missing-slices']],
      [12, 12, []],
    ]);
    expect(left[0]?.problems[0]).toEqual({ code: 'slice-unreadable', effect: 'note', sentence: 'IM0023.dcm cannot be read (its pixels are damaged) and counts as a missing slice; get it again for the whole series.' });
    expect(left[2]).toBe(beside);
  });

  test('should cut a part again, count through the whole, and keep the ids of its other parts', () => {
    const { series } = makeSeriesList(syntheticHeaders({ sizeVox: [9, 7, 60], change: (k) => (k === 20 ? null : {}) }));
    const [larger, smaller] = series;
    if (larger === undefined || smaller === undefined) throw new Error('No parts.');
    const left = leaveOutSlices(series, larger, [{ slice: slice(larger, 18), reason: 'why' }]);
    expect(left.map(({ part }) => [part?.firstSlice, part?.lastSlice, part?.totalSlices])).toEqual([[1, 20, 60], [22, 39, 60], [41, 60, 60]]);
    expect(left[0]?.id).toBe(smaller.id);
    expect(left[1]?.id).toBe(larger.id);
    // A second loss keeps what was said of the first.
    const again = leaveOutSlices(left, left[2] ?? larger, [{ slice: slice(left[2], 19), reason: 'why' }]);
    expect(again[0]?.problems.filter(({ code }) => code === 'slice-unreadable')).toHaveLength(2);
    expect(again.map(({ slices }) => slices.length)).toEqual([20, 18, 19]);
  });

  test('should shorten a series whose last slice is lost', () => {
    const { series } = makeSeriesList(syntheticHeaders(CT));
    const [whole] = series;
    if (whole === undefined) throw new Error('No series.');
    const left = leaveOutSlices(series, whole, [{ slice: slice(whole, 39), reason: 'why' }]);
    expect(left.map((one) => [one.grid?.sizeVox[2], one.part, one.problems.map(({ code }) => code)])).toEqual([[39, null, ['slice-unreadable']]]);
  });
});
