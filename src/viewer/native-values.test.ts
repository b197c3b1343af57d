import { describe, expect, it } from 'vitest';
import { nativeValues } from './native-values.ts';
import { makeHeader } from './test-fixtures.ts';

const bytes = () => Uint8Array.from([0x30, 0xf8, 0x01, 0x00, 0xff, 0x7f]);
const header = (overrides: Parameters<typeof makeHeader>[0]) => makeHeader({ transferSyntaxUid: '1.2.840.10008.1.2.1', bitsAllocated: 16, ...overrides });

describe('native values', () => {
  it('reads signed and unsigned little-endian words', () => {
    expect([...(nativeValues(bytes(), header({ pixelRepresentation: 1 })) ?? [])]).toEqual([-2000, 1, 32767]);
    expect([...(nativeValues(bytes(), header({ pixelRepresentation: 0 })) ?? [])]).toEqual([63536, 1, 32767]);
  });

  it('takes the sign of a 12-bit value from its twelfth bit, whatever stands above', () => {
    const words = Uint8Array.from([0xff, 0x0f, 0x00, 0x08, 0xff, 0x07, 0xff, 0xff]);
    expect([...(nativeValues(words, header({ pixelRepresentation: 1, bitsStored: 12 })) ?? [])]).toEqual([-1, -2048, 2047, -1]);
  });

  it.each([
    ['big endian', { transferSyntaxUid: '1.2.840.10008.1.2.2' }],
    ['JPEG 2000', { transferSyntaxUid: '1.2.840.10008.1.2.4.90' }],
    ['8 bits', { bitsAllocated: 8 }],
  ])('leaves %s to the decoder', (_what, overrides) => {
    expect(nativeValues(bytes(), header(overrides))).toBeNull();
  });
});
