import { fail, ok, type Result } from '#src/lib/result.ts';

const HEADER_BYTES = 64;
const MAX_SEGMENTS = 15;

/**
 * Whether an RLE frame (PS3.5 annex G) codes exactly `pixels` bytes in each of its segments, one a byte of a sample.
 * Decoders leave zeros where a segment ends early and drop what is too much, without a word.
 */
export function checkRle(frame: Uint8Array, pixels: number, bytesPerSample: number): Result<void, string> {
  const fault = fail('its compressed pixel data is damaged');
  if (frame.length < HEADER_BYTES) return fault;
  const header = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  const count = header.getUint32(0, true);
  if (count !== bytesPerSample || count > MAX_SEGMENTS) return fault;
  const starts = Array.from({ length: count }, (_none, n) => header.getUint32(4 + 4 * n, true));
  for (const [n, start] of starts.entries()) {
    const end = starts[n + 1] ?? frame.length;
    if (start < HEADER_BYTES || start >= end || end > frame.length) return fault;
    if (decodedLength(frame, start, end, pixels) !== pixels) return fault;
  }
  // The decoder takes an offset behind the last segment for the start of another.
  for (let n = count; n < MAX_SEGMENTS; n += 1) if (header.getUint32(4 + 4 * n, true) !== 0) return fault;
  return ok(undefined);
}

/** Bytes that a segment gives, up to its end or until it has given `enough`; what follows is padding. */
function decodedLength(frame: Uint8Array, from: number, end: number, enough: number): number {
  let length = 0;
  for (let at = from; at < end && length < enough; ) {
    const control = frame[at] ?? 0;
    at += 1;
    if (control < 128) {
      if (at + control + 1 > end) return -1;
      length += control + 1;
      at += control + 1;
    } else if (control > 128) {
      if (at >= end) return -1;
      length += 257 - control;
      at += 1;
    }
  }
  return length;
}
