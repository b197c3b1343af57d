import type { FileFaultCode } from '#src/core/dicom/file-fault.ts';
import { NIFTI_HEADER_BYTES, readNiftiHeader, type NiftiHeader } from '#src/core/dicom/nifti-header.ts';
import { niftiSlices } from '#src/core/dicom/nifti-slices.ts';
import { inspectValues } from '#src/core/dicom/nifti-values.ts';
import { bytesPerValue, rawValues } from '#src/core/dicom/raw-pixels.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';

const DIGEST_BYTES = 32;
const HASH_CHARACTERS = 32;

/** Reads a NIfTI file that isNifti has recognised, slice by slice: never the whole of it at once. Rejects where the Blob cannot be read. */
export async function readNifti(blob: Blob, fileId: number, fileName: string): Promise<Result<readonly SliceHeader[], FileFaultCode>> {
  const bytes = new Uint8Array(await blob.slice(0, NIFTI_HEADER_BYTES).arrayBuffer());
  const header = readNiftiHeader(bytes, blob.size);
  if (!header.ok) return header;
  if (header.value.isLabels) return fail('nifti-labels');
  const { facts, contentUid } = await inspect(blob, header.value);
  if (facts.kind === 'labels') return fail('nifti-labels');
  if (facts.kind === 'other') return fail('nifti-not-hu');
  return ok(niftiSlices(header.value, facts, { fileId, fileName, contentUid }));
}

async function inspect(blob: Blob, header: NiftiHeader) {
  const [columns, rows, count] = header.sizeVox;
  const sliceBytes = columns * rows * bytesPerValue(header.numberType);
  const inspector = inspectValues(header.slope, header.intercept);
  // The grid's place and the voxels; not the header's texts, which tools rewrite.
  const place = new TextEncoder().encode(JSON.stringify([header.sizeVox, header.indexToWorld, header.numberType, header.slope, header.intercept]));
  // Web Crypto is there on secure pages only.
  const subtle = (globalThis.crypto as Partial<Crypto>).subtle;
  const digests = new Uint8Array(DIGEST_BYTES * (count + 1));
  digests.set(await digest(subtle, place));
  for (let k = 0; k < count; k += 1) {
    const from = header.offsetBytes + k * sliceBytes;
    const slice = new Uint8Array(await blob.slice(from, from + sliceBytes).arrayBuffer());
    digests.set(await digest(subtle, slice), DIGEST_BYTES * (k + 1));
    inspector.add(rawValues(slice, header));
  }
  const facts = inspector.facts();
  return { facts, contentUid: subtle === undefined ? null : uidOf(await digest(subtle, digests)) };
}

async function digest(subtle: SubtleCrypto | undefined, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return subtle === undefined ? new Uint8Array(0) : new Uint8Array(await subtle.digest('SHA-256', bytes));
}

/** A UID of the kind "2.25." and a 128-bit number (DICOM PS3.5 B.2), here the first half of a SHA-256. */
function uidOf(hash: Uint8Array): string {
  const hex = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, HASH_CHARACTERS);
  return `2.25.${BigInt(`0x${hex}`)}`;
}
