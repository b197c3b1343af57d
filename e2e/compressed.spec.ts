import { expect, test } from '@playwright/test';
import { readReferenceFiles } from '#src/testing/reference-files.ts';
import { chooseFiles, messages, openEmpty, openItem, positionOf, type MemoryFile } from './helpers/app.ts';

// The geometry of scripts/reference/cases.py: turned about the long axis, unequal spacings.
const [COLUMNS, ROWS, SLICES, STEP_MM] = [23, 17, 20, 2.5];
const ORIGIN = [-31.5, 17.25, -840.5] as const;
const [ROW, COLUMN] = [[0.8, 0.6], [-0.6, 0.8]] as const;
const [BETWEEN_COLUMNS, BETWEEN_ROWS] = [0.8, 1.1];
const FIRST_Z = '-840.5';

/** The one slice of a reference file, put at twenty heights: all numbers keep their length, so nothing else of the file changes. */
function stackOf(file: Uint8Array): MemoryFile[] {
  return Array.from({ length: SLICES }, (_none, k) => {
    const z = (Number(FIRST_Z) + STEP_MM * k).toFixed(1);
    const buffer = Buffer.from(Buffer.from(file).toString('latin1').replace(`\\${FIRST_Z}`, `\\${z}`), 'latin1');
    return { name: `slice-${k + 1}.dcm`, mimeType: 'application/dicom', buffer };
  });
}

const CODINGS = [
  ['JPEG 2000', 'lossless/j2k-u12.dcm'], ['HTJ2K', 'lossless/htj2k-u12.dcm'], ['JPEG-LS', 'lossless/jls-u12.dcm'], ['RLE', 'lossless/rle-u12.dcm'],
  ['lossless JPEG', 'lossless/jpeg70-u12.dcm'], ['lossless JPEG with another predictor', 'lossless/jpeg57-u12.dcm'], ['big endian', 'native/big-u12.dcm'],
] as const;

for (const [coding, name] of CODINGS) {
  test(`${coding} shows under the cursor the values that the same picture has uncompressed`, async ({ page }) => {
    const files = await readReferenceFiles();
    const plain = files.get('native/explicit-u12.dcm') ?? new Uint8Array();
    const pixels = new DataView(plain.buffer, plain.byteOffset + plain.length - 2 * COLUMNS * ROWS);
    await openEmpty(page);
    await chooseFiles(page, stackOf(files.get(name) ?? new Uint8Array()));
    await expect(openItem(page)).toContainText(`${SLICES} slices`);
    for (const [i, j] of [[11, 8], [6, 5], [15, 10]] as const) {
      const x = ORIGIN[0] + ROW[0] * BETWEEN_COLUMNS * i + COLUMN[0] * BETWEEN_ROWS * j;
      const y = ORIGIN[1] + ROW[1] * BETWEEN_COLUMNS * i + COLUMN[1] * BETWEEN_ROWS * j;
      const hu = pixels.getUint16(2 * (j * COLUMNS + i), true) - 1024;
      const at = await positionOf(page, 'axial', [x, y, ORIGIN[2] + 10 * STEP_MM]);
      await page.mouse.move(at.x, at.y);
      await expect(page.getByTestId('hover')).toContainText(`${hu} HU`);
    }
  });
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
