import { bytesPerValue, type RawPixels } from '#src/core/dicom/raw-pixels.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { openFile, type OpenFile } from './frame-bytes.ts';

/**
 * Opens each file once, however many frames are read from it, and lets go of it after its last frame: file bytes never
 * pile up in memory. Call `release` exactly once for each slice that was opened.
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
      if (slice.raw !== undefined) return readSlice(blobOf(slice.fileId), slice, slice.raw);
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

const GONE = 'the browser cannot read it any more; it was moved or changed';

async function readSlice(blob: Blob, { rows, columns }: SliceHeader, { offsetBytes, numberType }: RawPixels): Promise<Result<OpenFile, string>> {
  const length = (rows ?? 0) * (columns ?? 0) * bytesPerValue(numberType);
  try {
    const sliceBytes = new Uint8Array(await blob.slice(offsetBytes, offsetBytes + length).arrayBuffer());
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
