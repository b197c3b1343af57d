import { describe, expect, it } from 'vitest';
import { frameBytes, openFile } from './frame-bytes.ts';
import { readReferenceFiles } from '#src/testing/reference-files.ts';
import { readStream } from './coded-stream.ts';
import { makeHeader } from './test-fixtures.ts';

const J2K = '1.2.840.10008.1.2.4.90';
const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';

async function streamOf(name: string): Promise<Uint8Array> {
  const file = openFile((await readReferenceFiles()).get(name) ?? new Uint8Array());
  const frame = file.ok ? frameBytes(file.value, makeHeader({ rows: 17, columns: 23 })) : file;
  if (!frame.ok) throw new Error(frame.error);
  return frame.value;
}

describe('coded streams', () => {
  it.each([
    ['lossless/j2k-s12.dcm', J2K, true],
    ['lossless/j2k-u14.dcm', J2K, false],
    ['lossless/htj2k-rpcl-u12.dcm', '1.2.840.10008.1.2.4.202', false],
    ['lossless/jls-s12.dcm', '1.2.840.10008.1.2.4.80', null],
    ['lossless/jpeg57-u16.dcm', '1.2.840.10008.1.2.4.57', null],
    ['lossless/jpeg70-u12.dcm', JPEG_LOSSLESS, null],
    ['lossy/jpeg51-u12.dcm', '1.2.840.10008.1.2.4.51', null],
  ])('reads the size of %s', async (name, uid, isSigned) => {
    const facts = readStream(await streamOf(name), uid);
    expect(facts).toMatchObject({ ok: true, value: { rows: 17, columns: 23, components: 1, isSigned } });
  });

  it.each([
    ['zeros', [0, 0, 0], true],
    ['one byte of any value', [0xff], true],
    ['more than that', [0xff, 7, 7], false],
  ])('judges %s behind the end marker', async (_words, tail, isRead) => {
    for (const [name, uid] of [['lossless/j2k-u12.dcm', J2K], ['lossless/jpeg70-u12.dcm', JPEG_LOSSLESS]] as const) {
      expect(readStream(new Uint8Array([...trimmed(await streamOf(name)), ...tail]), uid)?.ok, name).toBe(isRead);
    }
  });

  it('refuses a stream that lost its end, some of its middle, or gained some', async () => {
    for (const [name, uid] of [['lossless/j2k-u12.dcm', J2K], ['lossless/jpeg70-u12.dcm', JPEG_LOSSLESS], ['lossless/jpeg57-s14.dcm', '1.2.840.10008.1.2.4.57']] as const) {
      const whole = trimmed(await streamOf(name));
      expect(readStream(whole, uid)?.ok, name).toBe(true);
      expect(readStream(whole.subarray(0, -20), uid)?.ok, name).toBe(false);
      expect(readStream(new Uint8Array([...whole.subarray(0, 300), ...whole.subarray(310)]), uid)?.ok, name).toBe(false);
      expect(readStream(new Uint8Array([...whole.subarray(0, 300), ...whole.subarray(290)]), uid)?.ok, name).toBe(false);
    }
  });

  it.each([
    ['a sampling factor of 0', [0xff, 0xc3], 11, 0x00],
    ['a point transform, which the codec leaves out', [0xff, 0xda], 9, 0x02],
    ['a predictor that there is not', [0xff, 0xda], 7, 0x08],
  ])('refuses lossless JPEG with %s', async (_words, marker, offset, value) => {
    const stream = Uint8Array.from(await streamOf('lossless/jpeg57-u16.dcm'));
    const at = stream.findIndex((byte, n) => byte === marker[0] && stream[n + 1] === marker[1]);
    expect(readStream(stream, '1.2.840.10008.1.2.4.57')?.ok).toBe(true);
    stream[at + offset] = value;
    expect(readStream(stream, '1.2.840.10008.1.2.4.57')?.ok).toBe(false);
  });

  it('says nothing of codings without markers', () => {
    expect(readStream(new Uint8Array(100), '1.2.840.10008.1.2.5')).toBeNull();
  });
});

/** Without the byte that makes a fragment's length even. */
function trimmed(stream: Uint8Array): Uint8Array {
  return stream.at(-1) === 0 ? stream.subarray(0, -1) : stream;
}
