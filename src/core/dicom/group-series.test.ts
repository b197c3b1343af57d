import { describe, expect, test } from 'vitest';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import { groupSlices } from './group-series.ts';

function sizes(headers: Parameters<typeof groupSlices>[0]): number[] {
  return groupSlices(headers).groups.map((group) => group.slices.length);
}

const otherUids = { seriesInstanceUid: '1.2.7', studyInstanceUid: '1.2.8' };

describe('groupSlices', () => {
  test('should keep series apart by UID and not by order', () => {
    const a = syntheticHeaders();
    const b = syntheticHeaders({ ...otherUids, sizeVox: [9, 7, 10] });
    const mixed = [...a, ...b].toSorted((x, y) => (x.instanceNumber ?? 0) - (y.instanceNumber ?? 0));
    expect(sizes(mixed)).toEqual([12, 10]);
    expect(groupSlices(mixed).groups.every((group) => !group.isPart)).toBe(true);
  });

  test('should group slices without any UID by folder', () => {
    const noUids = { change: () => ({ StudyInstanceUID: '', SeriesInstanceUID: '', SOPInstanceUID: '' }) };
    const { groups, duplicates } = groupSlices([
      ...syntheticHeaders(noUids, 'left/'),
      ...syntheticHeaders({ ...noUids, sizeVox: [9, 7, 9] }, 'right/'),
    ]);
    expect(groups.map((group) => group.slices.length)).toEqual([12, 9]);
    expect(duplicates).toEqual([]);
  });

  test('should take a localizer, another size and another orientation out of a series', () => {
    const uid = (k: number): string => `1.2.3.${k}`;
    const headers = [
      ...syntheticHeaders({ change: (k) => ({ SOPInstanceUID: uid(k) }) }),
      ...syntheticHeaders({ sizeVox: [9, 7, 1], change: () => ({ ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'], SOPInstanceUID: uid(100) }) }),
      ...syntheticHeaders({ sizeVox: [11, 7, 2], change: (k) => ({ SOPInstanceUID: uid(200 + k) }) }),
      ...syntheticHeaders({ sizeVox: [9, 7, 3], directions: [[0, 1, 0], [0, 0, -1]], change: (k) => ({ SOPInstanceUID: uid(300 + k) }) }),
    ];
    const { groups } = groupSlices(headers);
    expect(groups.map((group) => group.slices.length)).toEqual([12, 3, 1, 2]);
    expect(groups.every((group) => group.isPart)).toBe(true);
  });

  test('should tolerate rounded direction cosines', () => {
    const wobble = (k: number): number => (k % 2 === 0 ? 0.0002 : 0);
    expect(sizes(syntheticHeaders({ change: (k) => ({ ImageOrientationPatient: [1, wobble(k), 0, -wobble(k), 1, 0] }) }))).toEqual([12]);
  });

  test.each([
    ['AcquisitionNumber', [1, 2]],
    ['ConvolutionKernel', ['B30f', 'B70f']],
    ['KVP', [80, 140]],
  ] as const)('should separate stacks at the same positions by %s', (keyword, values) => {
    const stack = (index: 0 | 1): ReturnType<typeof syntheticHeaders> =>
      syntheticHeaders({ change: (k) => ({ [keyword]: values[index], SOPInstanceUID: `1.2.${index}.${k}`, InstanceNumber: 2 * k + index }) });
    const { groups } = groupSlices([...stack(0), ...stack(1)]);
    expect(groups.map((group) => group.slices.length)).toEqual([12, 12]);
  });

  test('should separate overlapping reconstructions whose slices lie between each other, and name them', () => {
    const uid = (n: number) => (k: number) => ({ SOPInstanceUID: `1.2.${n}.${k}` });
    const headers = [
      ...syntheticHeaders({ sizeVox: [9, 7, 20], spacingMm: [0.8, 1.1, 1.5], sliceThicknessMm: 2, change: uid(0) }),
      ...syntheticHeaders({ sizeVox: [9, 7, 9], spacingMm: [0.8, 1.1, 4], sliceThicknessMm: 5, origin: [-31.5, 17.25, -840.2], change: uid(1) }),
    ];
    const { groups } = groupSlices(headers.toSorted((a, b) => (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0)));
    expect(groups.map(({ slices, label, isPart }) => [slices.length, label, isPart])).toEqual([[20, '2 mm thick', true], [9, '5 mm thick', true]]);
  });

  test('should name groups by what sets them apart, and the whole of a series by nothing', () => {
    const stack = (kernel: string, index: number): ReturnType<typeof syntheticHeaders> =>
      syntheticHeaders({ kernel, change: (k) => ({ SOPInstanceUID: `1.2.${index}.${k}` }) });
    const sagittal = syntheticHeaders({ directions: [[0, 1, 0], [0, 0, -1]], kernel: 'B30f', change: (k) => ({ SOPInstanceUID: `1.2.9.${k}` }) });
    expect(groupSlices([...stack('B30f', 0), ...stack('B70f', 1), ...sagittal]).groups.map(({ label }) => label)).toEqual([
      'axial, kernel B30f', 'axial, kernel B70f', 'sagittal, kernel B30f',
    ]);
    expect(groupSlices(stack('B30f', 0)).groups.map(({ label }) => label)).toEqual([null]);
  });

  test.each([['TemporalPositionIdentifier', [1, 2]], ['TriggerTime', [300, 700]]] as const)('should separate phases by %s', (keyword, values) => {
    const stack = (index: 0 | 1): ReturnType<typeof syntheticHeaders> =>
      syntheticHeaders({ change: (k) => ({ [keyword]: values[index], SOPInstanceUID: `1.2.${index}.${k}` }) });
    expect(groupSlices([...stack(0), ...stack(1)]).groups.map(({ label }) => label)).toEqual(values.map((value) => `phase ${value}`));
  });

  test('should not take a stack with a hole apart by an acquisition number that counts rotations', () => {
    expect(sizes(syntheticHeaders({ sizeVox: [9, 7, 24], change: (k) => (k === 9 ? null : { AcquisitionNumber: Math.floor(k / 4) }) }))).toEqual([23]);
  });

  test('should not split a stack whose acquisition number counts rotations', () => {
    expect(sizes(syntheticHeaders({ change: (k) => ({ AcquisitionNumber: k + 1 }) }))).toEqual([12]);
  });

  test('should prefer the field that makes fewer parts: two kernels, acquisition number by rotation', () => {
    const stack = (kernel: string, index: number): ReturnType<typeof syntheticHeaders> =>
      syntheticHeaders({ kernel, change: (k) => ({ AcquisitionNumber: 12 * index + k, SOPInstanceUID: `1.2.${index}.${k}` }) });
    expect(sizes([...stack('B30f', 0), ...stack('B70f', 1)])).toEqual([12, 12]);
  });

  test('should leave a copy of a slice aside, and only a copy', () => {
    const headers = syntheticHeaders();
    const copy = syntheticHeaders({ sizeVox: [9, 7, 2] }, 'copy/');
    const { groups, duplicates } = groupSlices([...headers, ...copy]);
    expect(groups.map((group) => group.slices.length)).toEqual([12]);
    expect(duplicates.map(({ slice, of }) => [slice.fileName, of.fileName])).toEqual([
      ['copy/IM0001.dcm', 'IM0001.dcm'],
      ['copy/IM0002.dcm', 'IM0002.dcm'],
    ]);
    // Two kernels with the same UIDs are no copies of each other.
    expect(sizes([...headers, ...syntheticHeaders({ kernel: 'B70f' })])).toEqual([12, 12]);
    // An anonymiser that gives all slices one SOPInstanceUID makes no copies.
    expect(sizes(syntheticHeaders({ change: () => ({ SOPInstanceUID: '1.2.3' }) }))).toEqual([12]);
  });
});
