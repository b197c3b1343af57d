import type { SliceHeader } from '#src/core/dicom/series.ts';

/** Implicit and explicit little endian, and deflated, whose bytes the header parser has inflated. */
const LITTLE_ENDIAN: ReadonlySet<string> = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99']);

/**
 * Stored values of an uncompressed 16-bit frame, a view on its bytes, which become its own: there is nothing to decode, and a way through a codec worker
 * would cost three copies. Null for every other frame.
 * @param bytes exactly one frame, its own buffer
 */
export function nativeValues(bytes: Uint8Array<ArrayBuffer>, header: SliceHeader): Int16Array | Uint16Array | null {
  // Typed arrays read in the machine's order, and browsers run on little-endian machines only.
  if (!LITTLE_ENDIAN.has(header.transferSyntaxUid) || header.bitsAllocated !== 16 || bytes.byteOffset % 2 !== 0) return null;
  const count = bytes.length / 2;
  if (header.pixelRepresentation !== 1) return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  return extendSign(new Int16Array(bytes.buffer, bytes.byteOffset, count), header.bitsStored ?? 16);
}

/** The sign of a stored value is its highest stored bit; the bits above it need not repeat it (PS3.5 section 8.1.1). In place. */
function extendSign(values: Int16Array, bitsStored: number): Int16Array {
  const shift = 32 - bitsStored;
  if (shift <= 16) return values;
  for (let n = 0; n < values.length; n += 1) values[n] = ((values[n] ?? 0) << shift) >> shift;
  return values;
}
