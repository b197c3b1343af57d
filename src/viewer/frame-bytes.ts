import dicomParser from 'dicom-parser';
import type { DataSet, Element } from 'dicom-parser';
import { parseHeader } from '#src/core/dicom/data-set.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';

const PIXEL_DATA = 'x7fe00010';
const BITS_PER_BYTE = 8;

/** A file whose header was read once; it keeps the whole file in memory as long as it is held. */
export type OpenFile = { readonly dataSet: DataSet; readonly pixels: Element };

/** The reason is the middle of a sentence: "… cannot be read: <reason>." */
export function openFile(bytes: Uint8Array): Result<OpenFile, string> {
  const parsed = parseHeader(bytes, bytes.length);
  if (parsed.kind !== 'parsed') return fail('its header is damaged');
  const { dataSet } = parsed.header;
  const pixels = dataSet.elements[PIXEL_DATA];
  if (pixels === undefined) return fail('it has no pixel data');
  if (pixels.hadUndefinedLength === true && pixels.fragments === undefined) {
    // The header parser stops at the pixel data's tag; the fragments behind it are listed here.
    const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, dataSet.byteArray, pixels.dataOffset);
    try {
      dicomParser.findEndOfEncapsulatedElement(stream, pixels, []);
    } catch {
      return fail('its compressed pixel data is damaged');
    }
  }
  return ok({ dataSet, pixels });
}

/** The JPEG, JPEG-LS and JPEG 2000 families; RLE, deflated and video streams have no such end. */
const MARKER_CODED = /^1\.2\.840\.10008\.1\.2\.4\.(5\d|70|8[01]|9[0-3]|20[123])$/;

/**
 * Whether a marker-coded stream is all there: it ends with FF D9 (EOI, EOC) and then only padding: zeros, or one byte of
 * any value as in NEMA's own samples. Decoders fill what is missing from a stream that was cut off without an error,
 * and that must not be measured.
 */
function isWhole(stream: Uint8Array, transferSyntaxUid: string): boolean {
  if (!MARKER_CODED.test(transferSyntaxUid)) return true;
  let end = stream.length;
  while (end > 0 && stream[end - 1] === 0) end -= 1;
  return [end, end - 1].some((at) => stream[at - 2] === 0xff && stream[at - 1] === 0xd9);
}

/** Copies the stored bytes of one frame: compressed as they are, or columns · rows values uncompressed. */
export function frameBytes(file: OpenFile, header: SliceHeader): Result<Uint8Array<ArrayBuffer>, string> {
  try {
    return file.pixels.fragments === undefined ? nativeFrame(file, header) : encapsulatedFrame(file, header);
  } catch {
    // dicom-parser throws strings where offsets point outside the file.
    return fail('its pixel data is damaged');
  }
}

function nativeFrame(file: OpenFile, header: SliceHeader): Result<Uint8Array<ArrayBuffer>, string> {
  const bytesPerPixel = (header.bitsAllocated ?? 16) / BITS_PER_BYTE;
  const frameLength = (header.rows ?? 0) * (header.columns ?? 0) * bytesPerPixel;
  const from = file.pixels.dataOffset + header.frame * frameLength;
  const bytes = new Uint8Array(file.dataSet.byteArray.subarray(from, from + frameLength));
  return bytes.length === frameLength ? ok(bytes) : fail('its pixel data is cut off');
}

function encapsulatedFrame(file: OpenFile, header: SliceHeader): Result<Uint8Array<ArrayBuffer>, string> {
  const { dataSet, pixels } = file;
  const fragments = pixels.fragments ?? [];
  const last = fragments.at(-1);
  if (last === undefined || last.position + last.length > dataSet.byteArray.length) return fail('its pixel data is cut off');
  const stream = new Uint8Array(encapsulatedStream(file, fragments.length, header));
  return isWhole(stream, header.transferSyntaxUid) ? ok(stream) : fail('its pixel data is cut off');
}

function encapsulatedStream({ dataSet, pixels }: OpenFile, fragmentCount: number, header: SliceHeader): ArrayLike<number> {
  if (header.numberOfFrames <= 1) return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, pixels, 0, fragmentCount);
  if (fragmentCount === header.numberOfFrames) {
    return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, pixels, header.frame, 1);
  }
  const offsets = pixels.basicOffsetTable?.length === header.numberOfFrames
    ? pixels.basicOffsetTable
    : dicomParser.createJPEGBasicOffsetTable(dataSet, pixels);
  return dicomParser.readEncapsulatedImageFrame(dataSet, pixels, header.frame, offsets);
}
