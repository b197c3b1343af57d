import { describe, expect, test } from 'vitest';
import type { SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { describeFaults } from './describe-faults.ts';
import { makeSeriesList } from './make-series.ts';
import type { Series } from './series.ts';

function firstOf(overrides: Partial<SyntheticCt>): Series {
  const series = makeSeriesList(syntheticHeaders(overrides)).series[0];
  if (series === undefined) throw new Error('No series.');
  return series;
}

describe('acquisition facts', () => {
  test('should say contrast only when an agent is named, and never deny it', () => {
    expect(firstOf({ contrastBolusAgent: 'Iohexol' }).acquisition).toEqual({ kvp: 120, sliceThicknessMm: 3, kernel: 'B30f', contrast: true });
    expect(firstOf({ contrastBolusAgent: null }).acquisition.contrast).toBeNull();
    expect(firstOf({ contrastBolusAgent: '  ' }).acquisition.contrast).toBeNull();
  });

  test('should be null where the header is silent or the slices differ', () => {
    const mixed = firstOf({ sliceThicknessMm: null, change: (k) => ({ KVP: k < 6 ? 100 : 120 }) });
    expect(mixed.acquisition).toEqual({ kvp: null, sliceThicknessMm: null, kernel: 'B30f', contrast: null });
  });

  test('should recognise a study that calls itself synthetic', () => {
    expect(firstOf({ patientName: 'Synthetic^One' }).isSynthetic).toBe(true);
    expect(firstOf({ patientName: 'Doe^Jane' }).isSynthetic).toBe(false);
    expect(firstOf({ patientName: 'Doe^Jane', seriesDescription: 'spine (synthetic)' }).isSynthetic).toBe(true);
    expect(firstOf({ patientName: 'Doe^Jane', change: () => ({ ImageComments: 'SYNTHETIC DATA' }) }).isSynthetic).toBe(true);
  });
});

describe('the order of series', () => {
  const stack = (index: number, overrides: Partial<SyntheticCt>): ReturnType<typeof syntheticHeaders> =>
    syntheticHeaders({ seriesInstanceUid: `1.2.${index}`, seriesDescription: `series ${index}`, ...overrides });
  const order = (...stacks: Partial<SyntheticCt>[]): string[] =>
    makeSeriesList(stacks.flatMap((overrides, index) => stack(index, overrides))).series.map((series) => series.seriesInstanceUid ?? '');
  const long = { sizeVox: [5, 4, 100], spacingMm: [3, 4, 2.5] } as const;

  test('should put the longer of two alike first', () => {
    expect(order({ ...long, sizeVox: [5, 4, 30] }, long)).toEqual(['1.2.1', '1.2.0']);
  });

  test('should put thin slices before thick ones and soft kernels before sharp ones', () => {
    expect(order({ ...long, sizeVox: [5, 4, 50], spacingMm: [3, 4, 5], sliceThicknessMm: 5 }, long)).toEqual(['1.2.1', '1.2.0']);
    expect(order({ ...long, kernel: 'B70f' }, { ...long, kernel: 'B30f' })).toEqual(['1.2.1', '1.2.0']);
    expect(order({ ...long, kernel: 'LUNG' }, { ...long, kernel: 'STANDARD' })).toEqual(['1.2.1', '1.2.0']);
  });

  test('should put the spine before the chest and the chest before the head', () => {
    expect(order({ ...long, seriesDescription: 'Head' }, { ...long, seriesDescription: 'Thorax' }, { ...long, seriesDescription: 'LWS' })).toEqual(['1.2.2', '1.2.1', '1.2.0']);
  });

  test('should count coverage along the patient, not along the stack', () => {
    const sagittal = { ...long, directions: [[0, 1, 0], [0, 0, -1]] } as const;
    expect(order(sagittal, long)).toEqual(['1.2.1', '1.2.0']);
  });

  test('should put refused series last, in the order in which they came', () => {
    expect(order({ modality: 'MR' }, { modality: 'PT' }, {})).toEqual(['1.2.2', '1.2.0', '1.2.1']);
  });
});

describe('describeFaults', () => {
  test('should make one sentence of each code and name at most three files', () => {
    const faults = [
      ...['a', 'b', 'c', 'd', 'e'].map((name) => ({ code: 'text-file' as const, fileName: `${name}.txt` })),
      { code: 'empty-file' as const, fileName: 'x.dcm' },
    ];
    expect(describeFaults(faults)).toEqual([
      { code: 'text-file', fileNames: ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt'], sentence: '5 files (a.txt, b.txt, c.txt and 2 more) are documents and were left aside.' },
      { code: 'empty-file', fileNames: ['x.dcm'], sentence: 'x.dcm is empty; copy it again from the source.' },
    ]);
  });
});
