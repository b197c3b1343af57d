import { describe, expect, it } from 'vitest';
import type { Series } from '#src/core/dicom/series.ts';
import { nextSeriesOf } from './selectors.ts';

function series(id: string, isOpenable = true): Series {
  return { id, grid: isOpenable ? {} : null } as unknown as Series;
}

describe('the next series', () => {
  const list = [series('a'), series('refused', false), series('b'), series('c')];

  it.each([['a', 'b'], ['b', 'c'], ['c', 'a']])('comes after %s in the list, past refused ones and round to the first: %s', (openSeriesId, wanted) => {
    expect(nextSeriesOf({ series: list, openSeriesId })?.id).toBe(wanted);
  });

  it('is none where no other can be opened', () => {
    expect(nextSeriesOf({ series: [series('a'), series('refused', false)], openSeriesId: 'a' })).toBeNull();
    expect(nextSeriesOf({ series: [], openSeriesId: null })).toBeNull();
  });
});
