import type { FileFaultCode } from '#src/core/dicom/file-fault.ts';
import { isNifti } from '#src/core/dicom/nifti-header.ts';
import { readHeader, type HeaderReading } from '#src/core/dicom/read-header.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import type { OtherFile } from '../file-entry.ts';
import { classifyName, otherKindOf } from './classify-name.ts';
import type { NamedBlob } from './first-look.ts';
import { readNifti } from './read-nifti.ts';

// Most CT headers end within the first; enhanced multi-frame ones and those with large private elements need more.
const FIRST_READ_BYTES = 64 * 1024;
const READ_GROWTH = 8;
/** Results and centroids of one study have less than a hundredth of it. They are parsed on the page, which must not stand still. */
const MOST_PICKS_BYTES = 8e6;

/** `blob` is the file as a DICOM Part 10 file where it is DICOM, else as it came. */
export type FileReading = { readonly blob: Blob } & (
  | { readonly kind: 'slices'; readonly slices: readonly SliceHeader[] }
  | { readonly kind: 'other'; readonly other: OtherFile }
  | { readonly kind: 'fault'; readonly code: FileFaultCode }
);

/** Reads the header of one file, and no more of the file than that takes. Rejects on bugs only. */
export async function readOneFile({ name, blob }: NamedBlob, fileId: number): Promise<FileReading> {
  try {
    const otherKind = otherKindOf(name);
    if (otherKind !== null && blob.size > MOST_PICKS_BYTES) return { kind: 'fault', code: 'picks-too-large', blob };
    if (otherKind !== null) return { kind: 'other', other: { kind: otherKind, name, text: await blob.text() }, blob };
    const reading = await readHeaderOf(name, blob, fileId);
    switch (reading.kind) {
      case 'slices': {
        const { slices, repair } = reading;
        return { kind: 'slices', slices, blob: repair === null ? blob : new Blob([repair.prefix, blob.slice(repair.fromByte)]) };
      }
      case 'fault':
        return { kind: 'fault', code: refineFault(reading.code, name), blob };
      case 'incomplete':
        return { kind: 'fault', code: 'broken-dicom', blob };
    }
  } catch (error) {
    // A Blob read rejects with a DOMException when the file on disk moved, changed or is not permitted.
    if (!(error instanceof DOMException)) throw error;
    return { kind: 'fault', code: 'unreadable-file', blob };
  }
}

async function readHeaderOf(fileName: string, blob: Blob, fileId: number): Promise<HeaderReading> {
  const source = { fileId, fileName, fileBytes: blob.size };
  for (let length = FIRST_READ_BYTES; ; length *= READ_GROWTH) {
    const bytes = new Uint8Array(await blob.slice(0, length).arrayBuffer());
    if (isNifti(bytes)) {
      const slices = await readNifti(blob, fileId, fileName);
      return slices.ok ? { kind: 'slices', slices: slices.value, repair: null } : { kind: 'fault', code: slices.error };
    }
    const reading = readHeader(bytes, source, decodeText);
    if (reading.kind !== 'incomplete' || length >= blob.size) return reading;
  }
}

function refineFault(code: FileFaultCode, name: string): FileFaultCode {
  if ((code === 'broken-dicom' || code === 'not-dicom') && /(^|\/)DICOMDIR[^/]*$/i.test(name)) return 'dicomdir';
  return code === 'not-dicom' ? classifyName(name) : code;
}

const decoders = new Map<string, TextDecoder>();

function decodeText(bytes: Uint8Array, encodingLabel: string): string {
  const decoder = decoders.get(encodingLabel) ?? new TextDecoder(encodingLabel);
  decoders.set(encodingLabel, decoder);
  return decoder.decode(bytes);
}
