import type { DecodeText } from './character-set.ts';
import { parseHeader, type Part10Repair } from './data-set.ts';
import { readElements, type ElementReader } from './element-reader.ts';
import type { FileFaultCode } from './file-fault.ts';
import { orientationOf, positionOf, spacingOf } from './image-plane.ts';
import { ageFromDates } from './patient-age.ts';
import { phaseOf } from './phase.ts';
import { readFrames } from './read-frames.ts';
import type { SliceHeader } from './series.ts';

const DICOMDIR = '1.2.840.10008.1.3.10';
// Native transfer syntaxes whose pixel data has a length that the header must agree with.
const NATIVE_SYNTAXES = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2']);

export type HeaderSource = {
  /** Index of the file in the list that was opened. */
  readonly fileId: number;
  readonly fileName: string;
  /** Length of the whole file, bytes. */
  readonly fileBytes: number;
};

export type HeaderReading =
  | {
      readonly kind: 'slices';
      /** One per frame, in the order of the file. */
      readonly slices: readonly SliceHeader[];
      /** Set where the file needs another beginning before other readers open it. */
      readonly repair: Part10Repair | null;
    }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'fault'; readonly code: FileFaultCode };

/**
 * Reads what one DICOM file says of its slices. Never throws on any bytes.
 * @param bytes the file from its first byte; `incomplete` asks for more of it
 */
export function readHeader(bytes: Uint8Array, source: HeaderSource, decodeText: DecodeText): HeaderReading {
  const parse = parseHeader(bytes, source.fileBytes);
  switch (parse.kind) {
    case 'incomplete':
      return parse;
    case 'not-dicom':
      return { kind: 'fault', code: 'not-dicom' };
    case 'broken':
      return { kind: 'fault', code: 'broken-dicom' };
    case 'parsed':
      break;
  }
  const { dataSet, transferSyntaxUid, shift, repair } = parse.header;
  const elements = readElements(dataSet, decodeText);
  if (elements.text('x00020002') === DICOMDIR || elements.has('x00041220')) return { kind: 'fault', code: 'dicomdir' };

  const header = sliceHeader(elements, source, transferSyntaxUid);
  const pixels = dataSet.elements['x7fe00010'];
  if (header.rows === null || header.columns === null) return { kind: 'fault', code: 'no-image' };
  if (pixels === undefined) return { kind: 'fault', code: 'no-pixel-data' };
  if (!NATIVE_SYNTAXES.has(transferSyntaxUid) || pixels.hadUndefinedLength === true) return { kind: 'slices', slices: readFrames(elements, header), repair };
  const pixelDataOffset = pixels.dataOffset + shift;
  const wanted = nativePixelBytes(header);
  if (Math.min(pixels.length, source.fileBytes - pixelDataOffset) < wanted) return { kind: 'fault', code: 'truncated-pixels' };
  // A file that is given another beginning has its pixels elsewhere then.
  const isPlain = wanted > 0 && repair === null && (header.bitsAllocated ?? 0) % 8 === 0;
  return { kind: 'slices', slices: readFrames(elements, isPlain ? { ...header, pixelDataOffset } : header), repair };
}

/** Bytes that uncompressed pixels must have at least; 0 where the header does not tell (colour, packed bits). */
function nativePixelBytes(header: SliceHeader): number {
  const { rows, columns, bitsAllocated, samplesPerPixel, numberOfFrames } = header;
  if (rows === null || columns === null || bitsAllocated === null || bitsAllocated < 8 || samplesPerPixel !== 1) return 0;
  return (rows * columns * numberOfFrames * bitsAllocated) / 8;
}

function sliceHeader(elements: ElementReader, source: HeaderSource, transferSyntaxUid: string): SliceHeader {
  const { text, texts, number, integer, uint16 } = elements;
  return {
    fileId: source.fileId,
    fileName: source.fileName,
    frame: 0,
    transferSyntaxUid,
    sopClassUid: text('x00080016'),
    sopInstanceUid: text('x00080018'),
    studyInstanceUid: text('x0020000d'),
    seriesInstanceUid: text('x0020000e'),
    frameOfReferenceUid: text('x00200052'),
    modality: text('x00080060')?.toUpperCase() ?? null,
    imageType: texts('x00080008').map((value) => value.toUpperCase()),
    studyDescription: text('x00081030'),
    seriesDescription: text('x0008103e'),
    seriesNumber: integer('x00200011'),
    acquisitionNumber: integer('x00200012'),
    instanceNumber: integer('x00200013'),
    studyDate: text('x00080020'),
    patientName: text('x00100010'),
    patientId: text('x00100020'),
    patientSex: text('x00100040'),
    patientAge: text('x00101010') ?? ageFromDates(text('x00100030'), text('x00080020')),
    bodyPartExamined: text('x00180015'),
    patientPosition: text('x00185100'),
    manufacturer: text('x00080070'),
    manufacturerModelName: text('x00081090'),
    imageComments: text('x00204000'),
    rows: positive(uint16('x00280010')),
    columns: positive(uint16('x00280011')),
    numberOfFrames: Math.max(1, integer('x00280008') ?? 1),
    pixelSpacing: spacingOf(elements),
    imagePositionPatient: positionOf(elements),
    imageOrientationPatient: orientationOf(elements),
    sliceThickness: positive(number('x00180050')),
    gantryDetectorTilt: number('x00181120'),
    bitsAllocated: uint16('x00280100'),
    bitsStored: uint16('x00280101'),
    highBit: uint16('x00280102'),
    pixelRepresentation: uint16('x00280103'),
    // ACR-NEMA has no SamplesPerPixel: its pictures are grey.
    samplesPerPixel: uint16('x00280002') ?? 1,
    photometricInterpretation: text('x00280004'),
    rescaleSlope: number('x00281053'),
    rescaleIntercept: number('x00281052'),
    rescaleType: text('x00281054')?.toUpperCase() ?? null,
    pixelPadding: paddingOf(elements),
    windowCenter: elements.numbers('x00281050'),
    windowWidth: elements.numbers('x00281051'),
    kvp: positive(number('x00180060')),
    convolutionKernel: text('x00181210'),
    contrastBolusAgent: text('x00180010'),
    hasPixelData: elements.has('x7fe00010'),
    ...phaseOf(elements),
  };
}

/** Pixel Padding Value and Range Limit, US or SS by the pixel representation (PS3.3 C.7.5.1.1.2). */
function paddingOf({ uint16 }: ElementReader): readonly [number, number] | null {
  const signed = (value: number): number => (uint16('x00280103') === 1 ? (value << 16) >> 16 : value);
  const first = uint16('x00280120');
  return first === null ? null : [signed(first), signed(uint16('x00280121') ?? first)];
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}
