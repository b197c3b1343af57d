import { describe, expect, test } from 'vitest';
import { writeSyntheticCt, type SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { readFiles } from './read-files.ts';

const huAt = (x: number, y: number, z: number): number => Math.round(x + 2 * y - z / 3);

function entries(overrides: Partial<SyntheticCt>, folder: string) {
  return writeSyntheticCt({ huAt, ...overrides }).map(({ name, bytes }) => ({ name: `${folder}/${name}`, blob: new File([bytes], name) }));
}

describe('slices at the same place in one series', () => {
  test('should be left aside as copies where header fields and picture are the same under a new UID', async () => {
    const again = entries({ change: (k) => ({ SOPInstanceUID: `1.2.99.${k}`, InstanceNumber: k + 50 }) }, 'again');
    const { series, problems } = await readFiles([...entries({}, 'first'), ...again], () => undefined);
    expect(series.map((one) => [one.slices.length, one.grid !== null])).toEqual([[12, true]]);
    expect(series[0]?.slices.every(({ fileName }) => fileName.startsWith('first/'))).toBe(true);
    expect(problems.map(({ code, fileNames }) => [code, fileNames.length])).toEqual([['duplicate-file', 12]]);
  });

  test('should stay, and be refused, where the pictures differ in one pixel and nothing tells them apart', async () => {
    const other = entries({ huAt: (x, y, z) => huAt(x, y, z) + (Math.abs(x + 31.5) < 0.1 && Math.abs(y - 17.25) < 0.1 ? 1 : 0), change: (k) => ({ SOPInstanceUID: `1.2.99.${k}` }) }, 'other');
    const { series, problems } = await readFiles([...entries({}, 'first'), ...other], () => undefined);
    expect(series.map((one) => [one.slices.length, one.grid, one.problems.map(({ code }) => code)])).toEqual([[24, null, ['duplicate-positions']]]);
    expect(problems).toEqual([]);
  });

  test('should stay where the same stored values mean other Hounsfield units', async () => {
    const other = entries({ change: (k) => ({ SOPInstanceUID: `1.2.99.${k}`, RescaleIntercept: -1000 }) }, 'other');
    const { series } = await readFiles([...entries({}, 'first'), ...other], () => undefined);
    expect(series.map((one) => [one.slices.length, one.grid])).toEqual([[24, null]]);
  });

  test('should be two series where a header field tells them apart, the same picture or not', async () => {
    const sharp = entries({ kernel: 'B70f', change: (k) => ({ SOPInstanceUID: `1.2.99.${k}` }) }, 'sharp');
    const { series } = await readFiles([...entries({}, 'first'), ...sharp], () => undefined);
    expect(series.map(({ label, slices }) => [label, slices.length])).toEqual([['kernel B30f', 12], ['kernel B70f', 12]]);
  });

  test('should be told where they carry the UIDs of others but not their pictures, and only then', async () => {
    const changed = entries({ huAt: (x, y, z) => huAt(x, y, z) + (z > -830 && Math.abs(x + 31.5) < 0.1 && Math.abs(y - 17.25) < 0.1 ? 1 : 0) }, 'changed');
    const { series, problems } = await readFiles([...entries({}, 'first'), ...changed], () => undefined);
    expect(series.map((one) => [one.slices.length, one.grid !== null])).toEqual([[12, true]]);
    expect(series[0]?.slices.every(({ fileName }) => fileName.startsWith('first/'))).toBe(true);
    const told = new Map(problems.map(({ code, fileNames }) => [code, fileNames]));
    expect([...told.keys()].toSorted()).toEqual(['contradicting-file', 'duplicate-file']);
    const [copies, others] = [told.get('duplicate-file') ?? [], told.get('contradicting-file') ?? []];
    expect(copies.length + others.length).toBe(12);
    expect(others.length).toBeGreaterThan(0);
    expect(others.every((name) => name.startsWith('changed/'))).toBe(true);
    expect(problems.find(({ code }) => code === 'contradicting-file')?.sentence).toContain('but other pixel data');
  });

  test('should be told where the same UID and pixels come with another scale', async () => {
    const { problems } = await readFiles([...entries({}, 'first'), ...entries({ change: () => ({ RescaleIntercept: -1000 }) }, 'other')], () => undefined);
    expect(problems.map(({ code, fileNames }) => [code, fileNames.length])).toEqual([['contradicting-file', 12]]);
  });
});
