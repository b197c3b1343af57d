import { expect, test } from 'vitest';
import { storedFrames, type FramePart } from './worker/stored-frames.ts';

/** 9 columns, 7 rows, 16 bit: 126 bytes. */
const METADATA = { '00280010': { vr: 'US', Value: [7] }, '00280011': { vr: 'US', Value: [9] }, '00280100': { vr: 'US', Value: [16] } };
const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';

function part(bytes: number, contentType: string | null, transferSyntaxUID: string | null): FramePart {
  return Object.assign(new ArrayBuffer(bytes), { contentType, transferSyntaxUID });
}

test.each([
  ['an octet stream that says nothing', part(126, 'application/octet-stream', null), EXPLICIT],
  ['implicit little endian', part(126, 'application/octet-stream', IMPLICIT), EXPLICIT],
  ['a syntax in quotes', part(126, 'application/octet-stream', `"${EXPLICIT}"`), EXPLICIT],
  ['JPEG 2000', part(40, 'image/jp2', '1.2.840.10008.1.2.4.91'), '1.2.840.10008.1.2.4.91'],
  ['RLE as an octet stream', part(40, 'application/octet-stream', '1.2.840.10008.1.2.5'), '1.2.840.10008.1.2.5'],
])('should know %s', (_what, one, transferSyntaxUid) => {
  expect(storedFrames([one], 1, METADATA)).toEqual({ transferSyntaxUid, frames: [expect.objectContaining({ byteLength: one.byteLength })] });
});

test.each([
  ['uncompressed of another length', [part(124, 'application/octet-stream', EXPLICIT)]],
  ['more than a padding byte', [part(128, 'application/octet-stream', EXPLICIT)]],
  ['big endian', [part(126, 'application/octet-stream', '1.2.840.10008.1.2.2')]],
  ['a picture that does not say its syntax', [part(126, 'image/jpeg', null)]],
  ['a web page', [part(126, 'text/html', null)]],
  ['a part without any header', [part(126, null, null)]],
  ['an empty compressed frame', [part(0, 'image/jp2', '1.2.840.10008.1.2.4.90')]],
  ['fewer parts than frames', []],
  ['frames of two syntaxes', [part(126, 'application/octet-stream', EXPLICIT), part(40, 'image/jp2', '1.2.840.10008.1.2.4.90')]],
])('should not trust %s', (_what, parts) => {
  expect(storedFrames(parts, Math.max(1, parts.length), METADATA)).toBeNull();
});

test('should cut the padding byte of an odd frame', () => {
  const odd = { ...METADATA, '00280100': { vr: 'US', Value: [8] } };
  expect(storedFrames([part(64, 'application/octet-stream', EXPLICIT)], 1, odd)?.frames.map(({ byteLength }) => byteLength)).toEqual([63]);
});
