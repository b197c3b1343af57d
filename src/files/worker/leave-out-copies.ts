import { parseHeader } from '#src/core/dicom/data-set.ts';
import type { FileFault } from '#src/core/dicom/file-fault.ts';
import { placeKey, scaleKey, type Duplicate } from '#src/core/dicom/group-series.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';

/**
 * Leaves aside slices that were sent again under a new UID: same series, same place, same header fields, same picture to the byte.
 * Slices at one place with different pictures stay, and the series is told apart or refused later. Only files at a place that is
 * taken twice are read.
 * @param blobs by fileId
 */
export async function leaveOutCopies(headers: readonly SliceHeader[], blobs: readonly Blob[]): Promise<{ readonly headers: readonly SliceHeader[]; readonly copies: readonly FileFault[] }> {
  const copies = new Map<number, FileFault>();
  for (const slices of atOnePlace(headers)) {
    const seen: Uint8Array[] = [];
    for (const { fileId, fileName } of slices) {
      const picture = await pictureOf(blobs[fileId]);
      if (picture === null) continue;
      if (seen.some((other) => isSame(other, picture))) copies.set(fileId, { code: 'duplicate-file', fileName });
      else seen.push(picture);
    }
  }
  return { headers: copies.size === 0 ? headers : headers.filter(({ fileId }) => !copies.has(fileId)), copies: [...copies.values()] };
}

/**
 * What to say of files whose slices carry the UID and place of others: copies, or the same name for something else. Pixel data in
 * another compression counts as something else, since it may have lost values.
 * @param blobs by fileId
 */
export async function compareDuplicates(duplicates: readonly Duplicate[], blobs: readonly Blob[]): Promise<readonly FileFault[]> {
  const faults: FileFault[] = [];
  for (const { slice, of } of duplicates) {
    faults.push({ code: (await isCopy(slice, of, blobs)) ? 'duplicate-file' : 'contradicting-file', fileName: slice.fileName });
  }
  return faults;
}

async function isCopy(slice: SliceHeader, of: SliceHeader, blobs: readonly Blob[]): Promise<boolean> {
  // One file that names a frame twice has no second picture. The UID of a NIfTI file is made from its voxels.
  if (slice.fileId === of.fileId || (slice.raw !== undefined && of.raw !== undefined)) return true;
  if (scaleKey(slice) !== scaleKey(of)) return false;
  const [picture, first] = [await pictureOf(blobs[slice.fileId]), await pictureOf(blobs[of.fileId])];
  return picture !== null && first !== null && isSame(picture, first);
}

/** Files of one picture that share a place, two or more. */
function atOnePlace(headers: readonly SliceHeader[]): readonly (readonly SliceHeader[])[] {
  const places = new Map<string, SliceHeader[]>();
  for (const header of headers) {
    const key = header.numberOfFrames === 1 && header.raw === undefined ? placeKey(header) : null;
    if (key === null) continue;
    const place = places.get(key);
    if (place === undefined) places.set(key, [header]);
    else place.push(header);
  }
  return [...places.values()].filter((slices) => slices.length > 1);
}

/** The file from its pixel data on, inflated where it is deflated; null where it cannot be read. */
async function pictureOf(blob: Blob | undefined): Promise<Uint8Array | null> {
  if (blob === undefined) return null;
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const parsed = parseHeader(bytes, bytes.length);
    if (parsed.kind !== 'parsed') return null;
    const { dataSet, transferSyntaxUid } = parsed.header;
    const pixels = dataSet.elements['x7fe00010'];
    if (pixels === undefined) return null;
    const picture: Uint8Array = dataSet.byteArray.subarray(pixels.dataOffset);
    const syntax = new TextEncoder().encode(transferSyntaxUid);
    const marked = new Uint8Array(syntax.length + picture.length);
    marked.set(syntax);
    marked.set(picture, syntax.length);
    return marked;
  } catch (error) {
    // The file moved or changed on disk: it is told about when the series is opened.
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let n = 0; n < a.length; n += 1) if (a[n] !== b[n]) return false;
  return true;
}
