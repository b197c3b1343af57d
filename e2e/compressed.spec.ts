import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { readReferenceFiles } from '#src/testing/reference-files.ts';
import { chooseFiles, messages, openEmpty, openItem, positionOf, type MemoryFile } from './helpers/app.ts';
import { pointOf, SLICES, stackOf } from './helpers/coded-stack.ts';

// Of the pictures of scripts/reference/cases.py.
const [COLUMNS, ROWS] = [23, 17];

/** Name, file, and how far the values may be off: 12-bit JPEG is lossy, here by up to 3 HU at these points. */
const CODINGS: readonly (readonly [string, string, number?])[] = [
  ['JPEG 2000', 'lossless/j2k-u12.dcm'], ['HTJ2K', 'lossless/htj2k-u12.dcm'], ['JPEG-LS', 'lossless/jls-u12.dcm'], ['RLE', 'lossless/rle-u12.dcm'],
  ['lossless JPEG', 'lossless/jpeg70-u12.dcm'], ['lossless JPEG with another predictor', 'lossless/jpeg57-u12.dcm'], ['big endian', 'native/big-u12.dcm'],
  ['deflated', 'native/deflated-u12.dcm'], ['extended JPEG of 12 bits', 'lossy/jpeg51-u12.dcm', 4],
];

for (const [coding, name, tolerance = 0] of CODINGS) {
  test(`${coding} shows under the cursor the values that the same picture has uncompressed`, async ({ page }) => {
    const files = await readReferenceFiles();
    const plain = files.get('native/explicit-u12.dcm') ?? new Uint8Array();
    const pixels = new DataView(plain.buffer, plain.byteOffset + plain.length - 2 * COLUMNS * ROWS);
    await openEmpty(page);
    const file = files.get(name) ?? new Uint8Array();
    await chooseFiles(page, coding === 'deflated' ? deflatedStackOf(file) : stackOf(file));
    await expect(openItem(page)).toContainText(`${SLICES} slices`);
    for (const [i, j] of [[11, 8], [6, 5], [15, 10]] as const) {
      const hu = pixels.getUint16(2 * (j * COLUMNS + i), true) - 1024;
      const at = await positionOf(page, 'axial', pointOf(i, j, 10));
      await page.mouse.move(at.x, at.y);
      await expect.poll(async () => Math.abs(Number(/(-?\d+) HU/.exec(await page.getByTestId('hover').innerText())?.[1]) - hu)).toBeLessThanOrEqual(tolerance);
    }
  });
}

/** As stackOf, but the heights are changed within the deflated data set. */
function deflatedStackOf(file: Uint8Array): MemoryFile[] {
  // Preamble, DICM, the group length's own element, and what it counts.
  const meta = 144 + new DataView(file.buffer, file.byteOffset).getUint32(140, true);
  const plain = Buffer.concat([file.subarray(0, meta), inflateRawSync(file.subarray(meta))]);
  return stackOf(plain).map((slice) => ({ ...slice, buffer: Buffer.concat([slice.buffer.subarray(0, meta), deflateRawSync(slice.buffer.subarray(meta))]) }));
}

test('a JPEG 2000 slice that the codec cannot decode is a missing slice and never the picture decoded before it', async ({ page }) => {
  const stack = stackOf((await readReferenceFiles()).get('lossless/j2k-u12.dcm') ?? new Uint8Array());
  const damaged = stack.map((file, k) => (k === 9 ? { ...file, name: 'damaged.dcm', buffer: withTooManyLevels(file.buffer) } : file));
  await openEmpty(page);
  await chooseFiles(page, damaged);
  expect((await messages(page)).filter((sentence) => sentence.startsWith('damaged.dcm cannot be read'))).toHaveLength(1);
  await expect(page.getByTestId('series-part')).toHaveCount(2);
  await expect(openItem(page)).toContainText(/slices 11 to 20 of 20/);
});

/** COD says 33 decomposition levels, one more than T.800 allows: the markers are whole, the decoder refuses. */
function withTooManyLevels(file: Buffer): Buffer {
  const changed = Buffer.from(file);
  changed[changed.indexOf(Buffer.from([0xff, 0x52])) + 9] = 33;
  return changed;
}
