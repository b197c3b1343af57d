import dicomParser from 'dicom-parser';
import type { DataSet } from 'dicom-parser';
import { Inflate } from 'pako';
import { part10Prefix, preamble, PREAMBLE_BYTES } from './part10-prefix.ts';

const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
const PIXEL_DATA = 'x7fe00010';

/** A parsed header: the elements up to and including the pixel data's tag and length, never its values. */
export type ParsedHeader = {
  readonly dataSet: DataSet;
  readonly transferSyntaxUid: string;
  /** Add it to an element's dataOffset for the offset in the file. */
  readonly shift: number;
  readonly repair: Part10Repair | null;
};

/** How to make a Part 10 file of one that lacks a preamble or a usable meta header: `prefix`, then the file from `fromByte` on. */
export type Part10Repair = { readonly prefix: Uint8Array<ArrayBuffer>; readonly fromByte: number };

export type HeaderParse =
  | { readonly kind: 'parsed'; readonly header: ParsedHeader }
  /** The bytes end before the header does: read more of the file. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-dicom' }
  /** Recognised as DICOM, but its elements cannot be followed to the end. */
  | { readonly kind: 'broken' };

/**
 * Parses the header of a DICOM file, with or without preamble and meta header, plain or deflated.
 * @param bytes the file from its first byte; a beginning is enough
 * @param fileBytes length of the whole file, to tell a short read from a damaged file
 */
export function parseHeader(bytes: Uint8Array, fileBytes: number): HeaderParse {
  const source = locate(bytes);
  const isWhole = bytes.length >= fileBytes;
  if (source === null) return { kind: isWhole || bytes.length >= PREAMBLE_BYTES ? 'not-dicom' : 'incomplete' };
  const dataSet = parse(source, isWhole);
  if (dataSet !== null && PIXEL_DATA in dataSet.elements) return found(dataSet, source);
  if (!isWhole) return { kind: 'incomplete' };
  if (dataSet === null || !hasAnyData(dataSet)) return { kind: 'broken' };
  return found(dataSet, source);
}

type Source = {
  readonly bytes: Uint8Array;
  /** Encoding of bytes that begin with the data elements; null where a meta header says it. */
  readonly rawSyntax: string | null;
  readonly shift: number;
};

function found(dataSet: DataSet, source: Source): HeaderParse {
  const { rawSyntax, shift } = source;
  const transferSyntaxUid = (rawSyntax ?? dataSet.string('x00020010') ?? EXPLICIT_LITTLE).replaceAll('\0', '').trim();
  const repair = rawSyntax !== null ? { prefix: part10Prefix(rawSyntax), fromByte: shift } : shift < 0 ? { prefix: preamble(), fromByte: 0 } : null;
  return { kind: 'parsed', header: { dataSet, transferSyntaxUid, shift, repair } };
}

/** Group 0002 describes the file, not the data set. */
function hasAnyData(dataSet: DataSet): boolean {
  return Object.keys(dataSet.elements).some((tag) => !tag.startsWith('x0002'));
}

function parse(source: Source, isWhole: boolean): DataSet | null {
  const options = {
    untilTag: PIXEL_DATA,
    inflater: (bytes: Uint8Array, position: number) => inflateAfter(bytes, position, isWhole),
    ...(source.rawSyntax === null ? {} : { TransferSyntaxUID: source.rawSyntax }),
  };
  renameOffsetTables(source.bytes);
  try {
    return dicomParser.parseDicom(source.bytes, options);
  } catch {
    // dicom-parser throws strings and objects where the bytes end or make no sense; the caller tells the two apart.
    return null;
  }
}

/** (7FE0,0001) and (7FE0,0002) with VR OV, little endian: the extended offset table and its lengths, PS3.5 A.4. */
const OFFSET_TABLES = [0x01, 0x02].map((element) => [0xe0, 0x7f, element, 0x00, 0x4f, 0x56]);

/**
 * dicom-parser 1.8 does not know VR OV, takes its length for a short one and loses its way right before the pixel data.
 * OB has the same layout, and nobody reads these values: the name is changed in place.
 */
function renameOffsetTables(bytes: Uint8Array): void {
  for (let at = bytes.indexOf(0x7f); at >= 0; at = bytes.indexOf(0x7f, at + 1)) {
    if (OFFSET_TABLES.some((table) => table.every((byte, n) => bytes[at - 1 + n] === byte))) bytes[at + 4] = 0x42;
  }
}

/** Finds where the data elements begin and, without a usable meta header, how they are encoded. */
function locate(bytes: Uint8Array): Source | null {
  if (bytes.length >= PREAMBLE_BYTES && ascii(bytes, 128, 4) === 'DICM') return locateBehindMeta(bytes, 0);
  if (uint16(bytes, 0) === 0x0002 && isVr(bytes, 4)) {
    const withPreamble = new Uint8Array(PREAMBLE_BYTES + bytes.length);
    withPreamble.set(preamble());
    withPreamble.set(bytes, PREAMBLE_BYTES);
    return locateBehindMeta(withPreamble, -PREAMBLE_BYTES);
  }
  const rawSyntax = guessSyntax(bytes, 0);
  return rawSyntax === null ? null : { bytes, rawSyntax, shift: 0 };
}

function locateBehindMeta(bytes: Uint8Array, shift: number): Source {
  const metaEnd = endOfMeta(bytes);
  const rawSyntax = metaEnd === null ? null : guessSyntax(bytes, metaEnd);
  if (metaEnd === null || rawSyntax === null) return { bytes, rawSyntax: null, shift };
  return { bytes: bytes.subarray(metaEnd), rawSyntax, shift: shift + metaEnd };
}

/** Offset behind a meta header that names no transfer syntax; null where it names one or is cut off. */
function endOfMeta(bytes: Uint8Array): number | null {
  let meta: DataSet;
  try {
    meta = dicomParser.readPart10Header(bytes);
  } catch {
    return null;
  }
  if (meta.elements['x00020010'] !== undefined && meta.elements['x00020010'].length > 0) return null;
  return Object.values(meta.elements).reduce((end, element) => Math.max(end, element.dataOffset + element.length), PREAMBLE_BYTES);
}

/**
 * Encoding of raw data elements, from the first one: DICOM and ACR-NEMA data sets begin in group 0008 (or 0000 in a
 * network dump). Null where the bytes look like neither.
 */
function guessSyntax(bytes: Uint8Array, at: number): string | null {
  if (bytes.length < at + 8) return null;
  const group = uint16(bytes, at);
  const element = uint16(bytes, at + 2);
  if (group === 0x0800 && isVr(bytes, at + 4)) return EXPLICIT_BIG;
  if (group !== 0x0008 || element > 0x0100) return null;
  if (isVr(bytes, at + 4)) return EXPLICIT_LITTLE;
  // First elements of group 0008 are a length, a code or a UID: short. Text files never pass.
  const length = uint16(bytes, at + 4) + 65536 * uint16(bytes, at + 6);
  return length <= 256 ? IMPLICIT_LITTLE : null;
}

const VRS = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(' '),
);

function isVr(bytes: Uint8Array, at: number): boolean {
  return VRS.has(ascii(bytes, at, 2));
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
}

// pako hands out whole chunks only until a stream ends, and the beginning of a file ends in the middle of it.
const INFLATE_CHUNK_BYTES = 1024;

/** dicom-parser's inflater: the bytes up to `position` as they are, then the inflated rest, as far as it goes. */
function inflateAfter(bytes: Uint8Array, position: number, isWhole: boolean): Uint8Array {
  const inflate = new Inflate({ raw: true, chunkSize: INFLATE_CHUNK_BYTES });
  const chunks: Uint8Array[] = [];
  inflate.onData = (chunk) => {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  };
  inflate.push(bytes.subarray(position), false);
  // Below zero the stream contradicts itself. One that just ends early is the beginning of a file, or it has lost its way.
  const { err: code, ended: hasEnded }: { readonly err: number; readonly ended?: boolean } = inflate;
  if (code < 0 || (isWhole && hasEnded !== true)) throw new Error('The deflated data set is damaged.');
  const whole = new Uint8Array(position + chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  whole.set(bytes.subarray(0, position));
  let offset = position;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
