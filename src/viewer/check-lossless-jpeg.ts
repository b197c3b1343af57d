/** A Huffman table as DHT has it: number of codes of each length from 1 to 16, then their values. */
export type HuffmanTable = { readonly counts: Uint8Array; readonly values: Uint8Array };

const LONGEST_CODE = 16;
/** The difference category 16 stands for 32768 and has no further bits (T.81 annex H.1.2.2). */
const CATEGORY_WITHOUT_BITS = 16;
const BITS_PER_BYTE = 8;

/**
 * Whether the entropy-coded bytes of a lossless JPEG scan (T.81 annex H) hold exactly `samples` differences, with less
 * than a byte of filling behind them. The decoder in use never fails: from damaged codes it makes up values up to the
 * last row. Bits are counted here, no value is computed.
 * @param restartInterval samples between restart markers; 0 for none
 * @param from first byte of the scan; `end` is that of the marker behind it
 */
export function isWholeLosslessScan(stream: Uint8Array, from: number, end: number, table: HuffmanTable, samples: number, restartInterval: number): boolean {
  const codes = codeLengths(table);
  const count = restartInterval === 0 ? samples : restartInterval;
  let at = from;
  for (let left = samples, interval = 0; left > 0; left -= count, interval += 1) {
    if (interval > 0) {
      if (stream[at] !== 0xff || stream[at + 1] !== 0xd0 + ((interval - 1) % 8)) return false;
      at += 2;
    }
    const { bytes, next } = unstuffed(stream, at, end);
    if (!holds(bytes, codes, Math.min(left, count))) return false;
    at = next;
  }
  return at === end;
}

/** By the next 16 bits: bits of the code and of the difference behind it together; 0 where no code begins so. */
function codeLengths({ counts, values }: HuffmanTable): Uint8Array {
  const lengths = new Uint8Array(1 << LONGEST_CODE);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= LONGEST_CODE; length += 1) {
    for (let n = 0; n < (counts[length - 1] ?? 0); n += 1) {
      const category = values[index] ?? 0;
      const spread = LONGEST_CODE - length;
      if (category <= CATEGORY_WITHOUT_BITS) lengths.fill(length + (category === CATEGORY_WITHOUT_BITS ? 0 : category), code << spread, (code + 1) << spread);
      code += 1;
      index += 1;
    }
    code <<= 1;
  }
  return lengths;
}

/** The bytes up to a marker, without the 00 behind each FF. */
function unstuffed(stream: Uint8Array, from: number, end: number): { readonly bytes: Uint8Array; readonly next: number } {
  const bytes = new Uint8Array(end - from);
  let length = 0;
  let at = from;
  for (; at < end; at += 1) {
    const byte = stream[at] ?? 0;
    if (byte === 0xff) {
      if (stream[at + 1] !== 0) break;
      at += 1;
    }
    bytes[length] = byte;
    length += 1;
  }
  return { bytes: bytes.subarray(0, length), next: at };
}

function holds(bytes: Uint8Array, codes: Uint8Array, count: number): boolean {
  const bits = BITS_PER_BYTE * bytes.length;
  let at = 0;
  for (let n = 0; n < count; n += 1) {
    const byte = at >> 3;
    const next24 = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0);
    const length = codes[(next24 >> (BITS_PER_BYTE - (at & 7))) & 0xffff] ?? 0;
    if (length === 0) return false;
    at += length;
    if (at > bits) return false;
  }
  return bits - at < BITS_PER_BYTE;
}
