import { bytesPerValue } from '#src/core/dicom/raw-pixels.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { openFile, type OpenFile } from './frame-bytes.ts';

/**
 * Opens each file once, however many frames are read from it, and lets go of it after its last frame: file bytes never
 * pile up in memory. Of a file whose slices lie in it uncompressed only those are read. Call `release` exactly once for each slice that was opened.
 */
export type SliceFiles = {
  open(slice: SliceHeader): Promise<Result<OpenFile, string>>;
  release(slice: SliceHeader): void;
};

export function makeSliceFiles(slices: readonly SliceHeader[], blobOf: (fileId: number) => Blob): SliceFiles {
  const pending = new Map<number, number>();
  for (const slice of slices) pending.set(slice.fileId, (pending.get(slice.fileId) ?? 0) + 1);
  const files = new Map<number, Promise<Result<OpenFile, string>>>();
  return {
    open(slice) {
      const place = placeOf(slice);
      if (place !== null) return readSlice(blobOf(slice.fileId), place);
      const opened = files.get(slice.fileId) ?? read(blobOf, slice.fileId);
      files.set(slice.fileId, opened);
      return opened;
    },
    release(slice) {
      const left = (pending.get(slice.fileId) ?? 0) - 1;
      pending.set(slice.fileId, left);
      if (left <= 0) files.delete(slice.fileId);
    },
  };
}

const BITS_PER_BYTE = 8;
const GONE = 'the browser cannot read it any more; it was moved or changed';

type Place = { readonly from: number; readonly length: number };

/** Where a slice's uncompressed values lie in their file, bytes; null where the file must be parsed to find them. */
function placeOf({ rows, columns, bitsAllocated, frame, pixelDataOffset, raw }: SliceHeader): Place | null {
  const pixels = (rows ?? 0) * (columns ?? 0);
  if (raw !== undefined) return { from: raw.offsetBytes, length: pixels * bytesPerValue(raw.numberType) };
  if (pixelDataOffset === undefined || bitsAllocated === null) return null;
  const length = (pixels * bitsAllocated) / BITS_PER_BYTE;
  return { from: pixelDataOffset + frame * length, length };
}

/** Nothing else of the file comes into memory. */
async function readSlice(blob: Blob, { from, length }: Place): Promise<Result<OpenFile, string>> {
  try {
    const sliceBytes = new Uint8Array(await blob.slice(from, from + length).arrayBuffer());
    return sliceBytes.length === length ? ok({ sliceBytes }) : fail('its pixel data is cut off');
  } catch {
    return fail(GONE);
  }
}

async function read(blobOf: (fileId: number) => Blob, fileId: number): Promise<Result<OpenFile, string>> {
  try {
    return openFile(new Uint8Array(await blobOf(fileId).arrayBuffer()));
  } catch {
    // The browser rejects when the file was moved, changed or is not readable any more.
    return fail(GONE);
  }
}
