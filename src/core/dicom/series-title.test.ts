import { expect, test } from 'vitest';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { makeSeriesList } from './make-series.ts';
import { seriesTitle } from './series-title.ts';

test('a series should be called as in the sentences about it', () => {
  const titles = (elements: Record<string, unknown>) => {
    const [one] = makeSeriesList(syntheticHeaders({ sizeVox: [9, 7, 2], change: () => elements })).series;
    if (!one) throw new Error('No series.');
    return [seriesTitle(one), seriesTitle({ ...one, label: 'kernel B70f' }), one.problems[0]?.sentence];
  };
  expect(titles({ SeriesDescription: 'Spine' })).toEqual(['Spine', 'Spine (kernel B70f)', expect.stringMatching(/^Series “Spine” has too few/)]);
  expect(titles({ SeriesDescription: '', SeriesNumber: '7' })).toEqual(['Series 7', 'Series 7 (kernel B70f)', expect.stringMatching(/^Series 7 has too few/)]);
  expect(titles({ SeriesDescription: '', SeriesNumber: '' })).toEqual(['IM0001.dcm', 'IM0001.dcm (kernel B70f)', expect.stringMatching(/^The series of IM0001\.dcm has too few/)]);
});
