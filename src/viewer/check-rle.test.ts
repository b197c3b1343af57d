import { describe, expect, it } from 'vitest';
import { checkRle } from './check-rle.ts';

/** Five pixels of two bytes: a run of three, then two as they are; the low bytes with padding behind. */
const HIGH = [0xfe, 7, 1, 8, 9];
const LOW = [4, 1, 2, 3, 4, 5, 0, 0];

function frameOf(segments: readonly (readonly number[])[], count = segments.length): Uint8Array {
  const header = new DataView(new ArrayBuffer(64));
  header.setUint32(0, count, true);
  let start = 64;
  segments.forEach((segment, n) => {
    header.setUint32(4 + 4 * n, start, true);
    start += segment.length;
  });
  return new Uint8Array([...new Uint8Array(header.buffer), ...segments.flat()]);
}

describe('RLE', () => {
  it('takes segments that give exactly the pixels, with padding', () => {
    expect(checkRle(frameOf([HIGH, LOW]), 5, 2).ok).toBe(true);
  });

  it.each([
    ['a segment that ends early', [HIGH, LOW.slice(0, 5)]],
    ['a run beyond the last pixel', [[0xfb, 7], LOW]],
    ['a run without its byte', [HIGH, [3, 1, 2, 3, 4, 0xff]]],
    ['too few segments', [HIGH]],
    ['too many segments', [HIGH, LOW, LOW]],
  ])('refuses %s', (_what, segments) => {
    expect(checkRle(frameOf(segments), 5, 2).ok).toBe(false);
  });

  it('refuses offsets outside the frame and frames shorter than their header', () => {
    const frame = frameOf([HIGH, LOW]);
    new DataView(frame.buffer).setUint32(8, 4000, true);
    expect(checkRle(frame, 5, 2).ok).toBe(false);
    expect(checkRle(frame.subarray(0, 40), 5, 2).ok).toBe(false);
  });
});
