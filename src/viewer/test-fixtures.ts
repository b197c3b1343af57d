/** For the tests of this folder only. */
import type { SliceHeader } from '#src/core/dicom/series.ts';

/** A coronal slice with different numbers everywhere, so that swapped axes cannot pass. */
const HEADER: SliceHeader = {
  fileId: 0, fileName: 'a.dcm', frame: 0, transferSyntaxUid: '1.2.840.10008.1.2.1', sopClassUid: null, sopInstanceUid: null,
  studyInstanceUid: null, seriesInstanceUid: null, frameOfReferenceUid: null, modality: 'CT', imageType: [],
  studyDescription: null, seriesDescription: null, seriesNumber: null, acquisitionNumber: null, instanceNumber: null,
  studyDate: null, patientName: null, patientId: null, patientSex: null, patientAge: null, bodyPartExamined: null,
  patientPosition: null, manufacturer: null, manufacturerModelName: null, imageComments: null, rows: 12, columns: 10,
  numberOfFrames: 1, pixelSpacing: [0.9, 0.7], imagePositionPatient: [-31, 212.5, -640],
  imageOrientationPatient: [1, 0, 0, 0, 0, -1], sliceThickness: null, gantryDetectorTilt: null, bitsAllocated: 16,
  bitsStored: null, highBit: null, pixelRepresentation: 1, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2',
  rescaleSlope: 1, rescaleIntercept: -1024, rescaleType: null, pixelPadding: null, windowCenter: [], windowWidth: [], kvp: null, convolutionKernel: null,
  contrastBolusAgent: null, hasPixelData: true,
};

export function makeHeader(overrides: Partial<SliceHeader>): SliceHeader {
  return { ...HEADER, ...overrides };
}

export type Part10 = {
  readonly transferSyntaxUid: string;
  readonly native?: readonly number[];
  readonly fragments?: readonly (readonly number[])[];
};

/** The smallest explicit little-endian Part 10 file with the given pixel data; fragments behind an empty offset table. */
export function makePart10({ transferSyntaxUid, native = [], fragments }: Part10): Uint8Array {
  const uid = ascii(transferSyntaxUid.length % 2 === 0 ? transferSyntaxUid : `${transferSyntaxUid}\0`);
  const pixels = fragments === undefined
    ? [...tag(0x7fe0, 0x0010), ...ascii('OW'), 0, 0, ...uint32(native.length), ...native]
    : [
        ...tag(0x7fe0, 0x0010), ...ascii('OB'), 0, 0, ...uint32(0xffffffff),
        ...item([]), ...fragments.flatMap(item), ...tag(0xfffe, 0xe0dd), ...uint32(0),
      ];
  return new Uint8Array([
    ...Array.from({ length: 128 }, () => 0), ...ascii('DICM'),
    ...tag(0x0002, 0x0000), ...ascii('UL'), ...uint16(4), ...uint32(8 + uid.length),
    ...tag(0x0002, 0x0010), ...ascii('UI'), ...uint16(uid.length), ...uid,
    ...tag(0x0008, 0x0060), ...ascii('CS'), ...uint16(2), ...ascii('CT'),
    ...pixels,
  ]);
}

function item(bytes: readonly number[]): number[] {
  return [...tag(0xfffe, 0xe000), ...uint32(bytes.length), ...bytes];
}

function tag(group: number, element: number): number[] {
  return [...uint16(group), ...uint16(element)];
}

function uint16(value: number): number[] {
  return [value % 256, Math.floor(value / 256) % 256];
}

function uint32(value: number): number[] {
  return [...uint16(value % 65536), ...uint16(Math.floor(value / 65536))];
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
