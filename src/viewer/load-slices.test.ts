import { describe, expect, it } from 'vitest';
import { makeSeriesList } from '#src/core/dicom/make-series.ts';
import type { Series } from '#src/core/dicom/series.ts';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { syntheticHeaders } from '#src/testing/synthetic-headers.ts';
import type { HuSlice } from './hu-slice.ts';
import { loadOrder, loadSlices } from './load-slices.ts';
import type { OpenVolume } from './volume.ts';

describe('load order', () => {
  it('begins in the middle, goes outwards and leaves none out', () => {
    expect(loadOrder(5)).toEqual([2, 1, 3, 0, 4]);
    expect(loadOrder(4)).toEqual([2, 1, 3, 0]);
  });
});

/** HU by slice: −10, 0, 10 and so on from the first at −840.5 mm. */
const huAt = (_x: number, _y: number, z: number) => ((z + 840.5) / 2.5 - 1) * 10;
const files = writeSyntheticCt({ huAt }).map(({ bytes }) => new Blob([bytes]));

function stack(): Series {
  const [series] = makeSeriesList(syntheticHeaders({ huAt })).series;
  if (series === undefined) throw new Error('The stack is one series.');
  return series;
}

/** Only what loading asks of a volume; keeps what it was given. */
function volume(series: Series, isOutOfMemory: (slices: number) => boolean): OpenVolume & { readonly slices: Map<number, HuSlice> } {
  const slices = new Map<number, HuSlice>();
  const used = { grid: series.grid, type: 'Int16Array', imageIdOf: String, putSlice: (k: number, values: HuSlice) => slices.set(k, values), uploaded: () => Promise.resolve(), isOutOfMemory: () => isOutOfMemory(slices.size), slices };
  return used as unknown as OpenVolume & { readonly slices: Map<number, HuSlice> };
}

function load(series: Series, into: OpenVolume, blobOf: (fileId: number) => Blob) {
  return loadSlices(series, into, 3, blobOf, { signal: new AbortController().signal, onProgress: () => undefined });
}

describe('loading', () => {
  it('puts every slice at its place', async () => {
    const series = stack();
    const into = volume(series, () => false);
    expect(await load(series, into, (fileId) => files[fileId] ?? new Blob())).toEqual({ ok: true, value: undefined });
    expect([...into.slices].toSorted(([a], [b]) => a - b).map(([k, values]) => [k, values[0]])).toEqual(series.slices.map((_slice, k) => [k, 10 * k - 10]));
  });

  it('ends with one sentence where the graphics card has no room', async () => {
    const series = stack();
    const loaded = await load(series, volume(series, (slices) => slices >= 2), (fileId) => files[fileId] ?? new Blob());
    expect(loaded).toMatchObject({ ok: false, error: { code: 'volume-too-large', effect: 'refuse' } });
  });

  it('ends with the same where main memory has none, and lets other faults through', async () => {
    const series = stack();
    const failing = (message: string) => {
      const into = volume(series, () => false);
      return load(series, { ...into, imageIdOf: () => { throw new RangeError(message); } }, (fileId) => files[fileId] ?? new Blob());
    };
    expect(await failing('Array buffer allocation failed')).toMatchObject({ ok: false, error: { code: 'volume-too-large' } });
    await expect(failing('Invalid index')).rejects.toThrow('Invalid index');
  });
});
