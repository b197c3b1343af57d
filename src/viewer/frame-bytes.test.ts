import { describe, expect, it } from 'vitest';
import { frameBytes, openFile } from './frame-bytes.ts';
import { makeHeader, makePart10 } from './test-fixtures.ts';

const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';

describe('frame bytes', () => {
  it('copies one frame of an uncompressed multi-frame file', () => {
    const file = openFile(makePart10({ transferSyntaxUid: '1.2.840.10008.1.2.1', native: [1, 2, 3, 4, 5, 6, 7, 8] }));
    const header = makeHeader({ rows: 1, columns: 2, bitsAllocated: 16, frame: 1, numberOfFrames: 2 });
    expect(file.ok && frameBytes(file.value, header)).toEqual({ ok: true, value: new Uint8Array([5, 6, 7, 8]) });
  });

  it('refuses an uncompressed frame that is cut off', () => {
    const file = openFile(makePart10({ transferSyntaxUid: '1.2.840.10008.1.2.1', native: [1, 2, 3, 4, 5, 6] }));
    const header = makeHeader({ rows: 2, columns: 2, bitsAllocated: 16, frame: 0, numberOfFrames: 1 });
    expect(file.ok && frameBytes(file.value, header).ok).toBe(false);
  });

  it('joins the fragments of a single compressed frame', () => {
    const bytes = makePart10({ transferSyntaxUid: JPEG_LOSSLESS, fragments: [[0xff, 0xd8, 1, 2], [3, 4, 0xff, 0xd9]] });
    const file = openFile(bytes);
    const frame = file.ok && frameBytes(file.value, makeHeader({ transferSyntaxUid: JPEG_LOSSLESS, numberOfFrames: 1 }));
    expect(frame).toEqual({ ok: true, value: new Uint8Array([0xff, 0xd8, 1, 2, 3, 4, 0xff, 0xd9]) });
  });

  it('refuses fragments without a delimiter behind them, and with something else between them', () => {
    const bytes = makePart10({ transferSyntaxUid: JPEG_LOSSLESS, fragments: [[0xff, 0xd8, 1, 2], [3, 4, 0xff, 0xd9]] });
    expect(openFile(bytes.slice(0, -8)).ok).toBe(false);
    const between = bytes.slice();
    between[bytes.length - 8 - 12] = 0x55;
    expect(openFile(between).ok).toBe(false);
  });

  it('refuses an uncompressed frame beyond the length that the pixel data has, whatever follows', () => {
    const whole = makePart10({ transferSyntaxUid: '1.2.840.10008.1.2.1', native: [1, 2, 3, 4] });
    const file = openFile(new Uint8Array([...whole, 9, 9, 9, 9]));
    expect(file.ok && frameBytes(file.value, makeHeader({ rows: 1, columns: 4, bitsAllocated: 16 })).ok).toBe(false);
  });
});
