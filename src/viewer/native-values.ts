import { rawValues, type NumberType, type RawValues } from '#src/core/dicom/raw-pixels.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { storedBits } from './stored-bits.ts';

/** Uncompressed transfer syntaxes: implicit and explicit little endian, deflated (the header parser has inflated it), big endian. */
const IS_LITTLE_ENDIAN: ReadonlyMap<string, boolean> = new Map([
  ['1.2.840.10008.1.2', true],
  ['1.2.840.10008.1.2.1', true],
  ['1.2.840.10008.1.2.1.99', true],
  ['1.2.840.10008.1.2.2', false],
]);

/** By PixelRepresentation and BitsAllocated. */
const NUMBER_TYPES: Readonly<Record<string, NumberType>> = { '0/8': 'uint8', '1/8': 'int8', '0/16': 'uint16', '1/16': 'int16', '0/32': 'uint32', '1/32': 'int32' };

/**
 * Stored values of an uncompressed frame, or of a NIfTI slice of any number type, a view on its bytes, which become its own: there is nothing to decode, and a way through a codec worker
 * would cost three copies. Null for every other frame.
 * @param bytes exactly one frame, its own buffer
 */
export function nativeValues(bytes: Uint8Array<ArrayBuffer>, header: SliceHeader): RawValues | null {
  if (header.raw !== undefined) return withAir(rawValues(bytes, header.raw), header);
  const isLittleEndian = IS_LITTLE_ENDIAN.get(header.transferSyntaxUid);
  const numberType = NUMBER_TYPES[`${header.pixelRepresentation === 1 ? 1 : 0}/${header.bitsAllocated ?? 16}`];
  if (isLittleEndian === undefined || numberType === undefined || bytes.byteOffset !== 0) return null;
  return storedBits(rawValues(bytes, { numberType, isLittleEndian }), header);
}

const AIR_HU = -1024;

/** Air where a NIfTI file has no value (NaN, infinite); the series says how many there are. In place. */
function withAir(values: RawValues, { raw, rescaleSlope, rescaleIntercept }: SliceHeader): RawValues {
  if (raw?.missingVoxels === 0) return values;
  const air = (AIR_HU - (rescaleIntercept ?? 0)) / (rescaleSlope ?? 1);
  for (let n = 0; n < values.length; n += 1) if (!Number.isFinite(values[n])) values[n] = air;
  return values;
}
