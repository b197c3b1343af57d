import dicomParser from 'dicom-parser';
import type { DataSet, Element } from 'dicom-parser';
import { parseHeader } from '#src/core/dicom/data-set.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';

const PIXEL_DATA = 'x7fe00010';
const BITS_PER_BYTE = 8;

/** A DICOM file whose header was read once; it keeps the whole file in memory as long as it is held. */
type OpenDicom = { readonly dataSet: DataSet; readonly pixels: Element };

/** Or just the bytes of the one slice that was asked for, where they lie in the file as they are. */
export type OpenFile = OpenDicom | { readonly sliceBytes: Uint8Array<ArrayBuffer> };

/** The reason is the middle of a sentence: "… cannot be read: <reason>." */
export function openFile(bytes: Uint8Array): Result<OpenFile, string> {
  const parsed = parseHeader(bytes, bytes.length);
  if (parsed.kind !== 'parsed') return fail('its header is damaged');
  const { dataSet } = parsed.header;
  const pixels = dataSet.elements[PIXEL_DATA];
  if (pixels === undefined) return fail('it has no pixel data');
  if (pixels.hadUndefinedLength === true && pixels.fragments === undefined) {
    // The header parser stops at the pixel data's tag; the fragments behind it are listed here.
    const warnings: string[] = [];
    try {
      const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, dataSet.byteArray, pixels.dataOffset);
      dicomParser.findEndOfEncapsulatedElement(stream, pixels, warnings);
    } catch {
      return fail('its compressed pixel data is damaged');
    }
    // Something else between the fragments, or no delimiter behind them: bytes are missing or changed.
    if (warnings.length > 0) return fail('its compressed pixel data is damaged');
  }
  return ok({ dataSet, pixels });
}

/** Copies the stored bytes of one frame: compressed as they are, or columns · rows values uncompressed. */
export function frameBytes(file: OpenFile, header: SliceHeader): Result<Uint8Array<ArrayBuffer>, string> {
  if ('sliceBytes' in file) return ok(file.sliceBytes);
  try {
    return file.pixels.fragments === undefined ? nativeFrame(file, header) : encapsulatedFrame(file, header);
  } catch {
    // dicom-parser throws strings where offsets point outside the file.
    return fail('its pixel data is damaged');
  }
}

function nativeFrame(file: OpenDicom, header: SliceHeader): Result<Uint8Array<ArrayBuffer>, string> {
  const bytesPerPixel = (header.bitsAllocated ?? 16) / BITS_PER_BYTE;
  const frameLength = (header.rows ?? 0) * (header.columns ?? 0) * bytesPerPixel;
  if (file.pixels.length < (header.frame + 1) * frameLength) return fail('its pixel data is cut off');
  const from = file.pixels.dataOffset + header.frame * frameLength;
  const bytes = new Uint8Array(file.dataSet.byteArray.subarray(from, from + frameLength));
  return bytes.length === frameLength ? ok(bytes) : fail('its pixel data is cut off');
}

function encapsulatedFrame(file: OpenDicom, header: SliceHeader): Result<Uint8Array<ArrayBuffer>, string> {
  const { dataSet, pixels } = file;
  const fragments = pixels.fragments ?? [];
  const last = fragments.at(-1);
  if (header.numberOfFrames > 1 && !agreesWithTable(file, header.frame)) return fail('its table of frames is damaged');
  if (last === undefined || last.position + last.length > dataSet.byteArray.length) return fail('its pixel data is cut off');
  return ok(new Uint8Array(encapsulatedStream(file, fragments.length, header)));
}

/** With a fragment a frame, an offset table that is there must point to just these. */
function agreesWithTable({ pixels }: OpenDicom, frame: number): boolean {
  const { fragments = [], basicOffsetTable = [] } = pixels;
  if (basicOffsetTable.length === 0) return true;
  return fragments.length === basicOffsetTable.length ? fragments[frame]?.offset === basicOffsetTable[frame] : fragments.some(({ offset }) => offset === basicOffsetTable[frame]);
}

function encapsulatedStream({ dataSet, pixels }: OpenDicom, fragmentCount: number, header: SliceHeader): ArrayLike<number> {
  if (header.numberOfFrames <= 1) return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, pixels, 0, fragmentCount);
  if (fragmentCount === header.numberOfFrames) {
    return dicomParser.readEncapsulatedPixelDataFromFragments(dataSet, pixels, header.frame, 1);
  }
  const offsets = pixels.basicOffsetTable?.length === header.numberOfFrames
    ? pixels.basicOffsetTable
    : dicomParser.createJPEGBasicOffsetTable(dataSet, pixels);
  return dicomParser.readEncapsulatedImageFrame(dataSet, pixels, header.frame, offsets);
}
