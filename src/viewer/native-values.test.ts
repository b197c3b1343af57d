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

  it('takes an old overlay out of the bits above an unsigned value', () => {
    const words = Uint8Array.from([0xff, 0xff, 0x00, 0x98]);
    expect([...(nativeValues(words, header({ pixelRepresentation: 0, bitsStored: 12 })) ?? [])]).toEqual([4095, 2048]);
  });

  it('turns big-endian words round and reads 8-bit and 32-bit values', () => {
    expect([...(nativeValues(Uint8Array.from([0xf8, 0x30, 0x00, 0x01]), header({ transferSyntaxUid: '1.2.840.10008.1.2.2' })) ?? [])]).toEqual([-2000, 1]);
    expect([...(nativeValues(Uint8Array.from([0xf8, 0x30]), header({ bitsAllocated: 8, pixelRepresentation: 0 })) ?? [])]).toEqual([248, 48]);
    expect([...(nativeValues(Uint8Array.from([0x30, 0xf8, 0xff, 0xff]), header({ bitsAllocated: 32, bitsStored: 32 })) ?? [])]).toEqual([-2000]);
  });

  it('leaves compressed frames to the codecs', () => {
    expect(nativeValues(bytes(), header({ transferSyntaxUid: '1.2.840.10008.1.2.4.90' }))).toBeNull();
  });
});
