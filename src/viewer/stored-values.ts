import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { checkRle } from './check-rle.ts';
import { DAMAGED, isLosslessJpeg, readStream, type StreamFacts } from './coded-stream.ts';
import { frameBytes, type OpenFile } from './frame-bytes.ts';
import { nativeValues } from './native-values.ts';
import { storedBits, withoutSign, withSign, type Numbers } from './stored-bits.ts';

/** Decodes one coded frame to its samples, row by row; rejects where it cannot. */
export type DecodeCoded = (frame: Uint8Array<ArrayBuffer>) => Promise<Numbers>;

/** readStream of coded-stream.ts, here or in a worker. */
export type ReadCoded = (frame: Uint8Array<ArrayBuffer>, transferSyntaxUid: string) => Promise<Result<StreamFacts, string> | null> | Result<StreamFacts, string> | null;

const RLE = '1.2.840.10008.1.2.5';
/** Retired in 2001 and never in use for CT; the script codec is off by several values. */
const JPEG_PROGRESSIVE = '1.2.840.10008.1.2.4.55';
const MAX_BITS = 32;

/**
 * Stored values of one frame, columns fastest: the numbers that the rescale applies to, whatever the coding.
 * What a decoder would make up for a damaged frame is refused before or behind it.
 * A failure is the middle of a sentence: "… cannot be read: <reason>."
 */
export async function storedValues(file: OpenFile, header: SliceHeader, decodeCoded: DecodeCoded, readCoded: ReadCoded = readStream): Promise<Result<ArrayLike<number>, string>> {
  const format = checkFormat(header);
  if (!format.ok) return format;
  const bytes = frameBytes(file, header);
  if (!bytes.ok) return bytes;
  const native = nativeValues(bytes.value, header);
  if (native !== null) return ok(native);
  if (header.transferSyntaxUid === JPEG_PROGRESSIVE) return fail('it is progressive JPEG, which no codec here decodes exactly; have it converted');
  // Cornerstone's codecs cut their negative values off; no CT is stored so.
  if (header.bitsAllocated === 8 && header.pixelRepresentation === 1) return fail('it has signed 8-bit pixels in a compressed form that is not read');
  const [rows, columns, allocated] = [header.rows ?? 0, header.columns ?? 0, header.bitsAllocated ?? 16];
  if (header.transferSyntaxUid === RLE) {
    const whole = checkRle(bytes.value, rows * columns, allocated / 8);
    if (!whole.ok) return whole;
  }
  try {
    const stream = await readCoded(bytes.value, header.transferSyntaxUid);
    if (stream !== null) {
      if (!stream.ok) return stream;
      const { value } = stream;
      if (value.rows !== rows || value.columns !== columns || value.components !== 1) return fail(OTHER_SIZE);
      if (value.precision > allocated) return fail('its pixel data has more bits than its header says');
      if (value.precision <= 8 && (header.bitsStored ?? allocated) > 8) return fail('its pixel data has fewer bits than its header says');
    }
    const decoded = await decodeCoded(bytes.value);
    if (stream !== null && stream.value.precision === 12 && JPEG_BY_SCRIPT.has(header.transferSyntaxUid)) removeBias(decoded);
    if (decoded.length !== rows * columns) return fail(OTHER_SIZE);
    if (stream === null) return ok(storedBits(decoded, header));
    const isSigned = header.pixelRepresentation === 1;
    const { isSigned: isCodedSigned, precision } = stream.value;
    // A lossless stream that holds more bits than it says was damaged.
    if (!isSigned && isLosslessJpeg(header.transferSyntaxUid) && holdsAbove(decoded, 2 ** precision - 1)) return fail(DAMAGED);
    if (isCodedSigned === null) return ok(isSigned ? withSign(decoded, header.bitsStored ?? precision) : decoded);
    if (isCodedSigned === isSigned) return ok(decoded);
    return ok(isSigned ? withSign(decoded, precision) : withoutSign(decoded, precision));
  } catch {
    return fail(`its pixel data cannot be decoded (transfer syntax ${header.transferSyntaxUid})`);
  }
}

function holdsAbove(values: Numbers, limit: number): boolean {
  for (let n = 0; n < values.length; n += 1) if ((values[n] ?? 0) > limit) return true;
  return false;
}

const OTHER_SIZE = 'its pixel data has another size than its header says';

function checkFormat(header: SliceHeader): Result<void, string> {
  const isGrey = /^MONOCHROME[12]$/.test(header.photometricInterpretation ?? 'MONOCHROME2');
  // Cornerstone's palette code throws where nobody catches it, and its promise then never settles.
  if ((header.samplesPerPixel ?? 1) !== 1 || !isGrey) return fail('it is a colour picture');
  const allocated = header.bitsAllocated ?? 16;
  const stored = header.bitsStored ?? allocated;
  const highBit = header.highBit ?? stored - 1;
  if ((header.pixelRepresentation ?? 0) > 1) return fail('its header does not say whether its pixels are signed');
  if (stored < 1 || stored > allocated || highBit !== stored - 1 || allocated > MAX_BITS) {
    return fail(`its header contradicts itself (${stored} bits stored in ${allocated}, highest bit ${highBit})`);
  }
  return ok(undefined);
}

/** JPEG with DCT that Cornerstone decodes by its JavaScript codec; 12 bits pass there only. */
const JPEG_BY_SCRIPT = new Set(['1.2.840.10008.1.2.4.51', '1.2.840.10008.1.2.4.53']);
const BIAS_12_BIT = 15;
const HIGHEST_12_BIT = 4095;

/**
 * That codec scales the level shift and the rounding of 8 bits, 2056 / 16, by 4095 / 255 for 12 bits instead of taking
 * 2048.5: every value comes out too high by 15.06 (dicom-image-loader 5.14, codecs/jpeg.js, quantizeAndInverse), which
 * would be 15 HU, and those above 4079 come out as 4095. The reference values show when that changes. In place.
 */
function removeBias(values: Numbers): void {
  for (let n = 0; n < values.length; n += 1) {
    const value = values[n] ?? 0;
    if (value < HIGHEST_12_BIT) values[n] = Math.max(0, value - BIAS_12_BIT);
  }
}
