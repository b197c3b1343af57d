import { readHeader, type HeaderReading } from '#src/core/dicom/read-header.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { writeSyntheticCt, type SyntheticCt } from './synthetic-dicom.ts';

export function decodeText(bytes: Uint8Array, encodingLabel: string): string {
  return new TextDecoder(encodingLabel).decode(bytes);
}

/** Reads one whole file. */
export function readBytes(bytes: Uint8Array, fileName = 'a.dcm', fileId = 0): HeaderReading {
  return readHeader(bytes, { fileId, fileName, fileBytes: bytes.length }, decodeText);
}

/** Headers of a synthetic stack as the reader sees them, in the order written. */
export function syntheticHeaders(overrides: Partial<SyntheticCt> = {}, folder = ''): SliceHeader[] {
  return writeSyntheticCt(overrides).flatMap(({ name, bytes }, fileId) => {
    const reading = readBytes(bytes, `${folder}${name}`, fileId);
    if (reading.kind !== 'slices') throw new Error(`${name}: ${JSON.stringify(reading)}`);
    return reading.slices;
  });
}

/** What a file says of its slice, without where in it the pixels lie: the same facts may stand in another layout. */
export function withoutPlace({ pixelDataOffset: _place, ...slice }: SliceHeader): SliceHeader {
  return slice;
}
