import { describe, expect, it } from 'vitest';
import { readReferenceFiles } from '#src/testing/reference-files.ts';
import { openFile } from './frame-bytes.ts';
import { storedValues } from './stored-values.ts';
import { makeHeader, makePart10 } from './test-fixtures.ts';

const EXPLICIT = '1.2.840.10008.1.2.1';
const never = () => Promise.reject(new Error('No codec is asked.'));

function nativeFile() {
  const file = openFile(makePart10({ transferSyntaxUid: EXPLICIT, native: [1, 0, 2, 0] }));
  if (!file.ok) throw new Error(file.error);
  return file.value;
}

const PLAIN = { rows: 1, columns: 2, bitsAllocated: 16, bitsStored: 16, highBit: 15, pixelRepresentation: 0 } as const;

describe('stored values', () => {
  it('gives uncompressed values without a codec', async () => {
    const stored = await storedValues(nativeFile(), makeHeader(PLAIN), never);
    expect(stored.ok && Array.from(stored.value)).toEqual([1, 2]);
  });

  it.each([
    ['a high bit that is not the last stored one', { bitsStored: 12, highBit: 15 }],
    ['more bits stored than allocated', { bitsStored: 20, highBit: 19 }],
    ['a sign that is neither', { pixelRepresentation: 4096 }],
    ['a polarity that is none', { photometricInterpretation: 'MONOCHROMER' }],
  ])('refuses %s', async (_what, overrides) => {
    expect((await storedValues(nativeFile(), makeHeader({ ...PLAIN, ...overrides }), never)).ok).toBe(false);
  });

  it('refuses what a codec gives for a frame of another size', async () => {
    const file = openFile((await readReferenceFiles()).get('lossless/j2k-u12.dcm') ?? new Uint8Array());
    if (!file.ok) throw new Error(file.error);
    const header = makeHeader({ ...PLAIN, rows: 17, columns: 23, bitsStored: 12, highBit: 11, transferSyntaxUid: '1.2.840.10008.1.2.4.90' });
    expect((await storedValues(file.value, header, async () => new Uint16Array(17 * 23))).ok).toBe(true);
    expect((await storedValues(file.value, header, async () => new Uint16Array(16))).ok).toBe(false);
    expect((await storedValues(file.value, { ...header, rows: 16 }, async () => new Uint16Array(16 * 23))).ok).toBe(false);
    expect((await storedValues(file.value, header, never)).ok).toBe(false);
  });
});
