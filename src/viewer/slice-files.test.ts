import { describe, expect, it } from 'vitest';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { readBytes } from '#src/testing/synthetic-headers.ts';
import { frameBytes, openFile } from './frame-bytes.ts';
import { makeSliceFiles } from './slice-files.ts';

const [written] = writeSyntheticCt({ sizeVox: [9, 7, 1], huAt: (x, y) => Math.round(3 * x + 17 * y) });
const bytes = written?.bytes ?? new Uint8Array();

function headerOf(file: Uint8Array<ArrayBuffer>): SliceHeader {
  const reading = readBytes(file);
  const slice = reading.kind === 'slices' ? reading.slices[0] : undefined;
  if (slice === undefined) throw new Error('The file holds a slice.');
  return slice;
}

async function open(slice: SliceHeader, file: Uint8Array<ArrayBuffer>) {
  return makeSliceFiles([slice], () => new Blob([file])).open(slice);
}

describe('slice files', () => {
  it('read of an uncompressed file only the slice, and the same bytes as by parsing it', async () => {
    const slice = headerOf(bytes);
    const whole = openFile(bytes);
    const parsed = whole.ok ? frameBytes(whole.value, slice) : whole;
    expect(parsed.ok && new Set(parsed.value).size).toBeGreaterThan(20);
    expect(await open(slice, bytes)).toEqual({ ok: true, value: { sliceBytes: parsed.ok && parsed.value } });
  });

  it('find each frame of several in one file', async () => {
    const frames = { ...headerOf(bytes), rows: 2, columns: 5, numberOfFrames: 3, frame: 2 };
    const whole = openFile(bytes);
    const parsed = whole.ok ? frameBytes(whole.value, frames) : whole;
    expect(await open(frames, bytes)).toEqual({ ok: true, value: { sliceBytes: parsed.ok && parsed.value } });
  });

  it('parse a file whose pixels lie elsewhere once it was mended, as one without a preamble', async () => {
    const slice = headerOf(bytes.slice(132));
    expect(slice.pixelDataOffset).toBeUndefined();
    const opened = await open(slice, bytes);
    expect(opened.ok && 'dataSet' in opened.value).toBe(true);
  });

  it('refuse a slice of a file that has become shorter', async () => {
    expect(await open(headerOf(bytes), bytes.slice(0, -10))).toEqual({ ok: false, error: 'its pixel data is cut off' });
  });
});
