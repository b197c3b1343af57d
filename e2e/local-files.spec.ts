import { createGzip, gzipSync } from 'node:zlib';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { expect, test, type Page } from '@playwright/test';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { obliqueSform, writeNifti, type SyntheticNifti } from '#src/testing/synthetic-nifti.ts';
import { chooseFiles, messages, openEmpty, openItem, resultOf, savedResults, type Lps, type MemoryFile } from './helpers/app.ts';

const BODY_HU = 137;
const SIZE = [60, 54, 26] as const;
const SPACING = [1.2, 1.3, 2] as const;
const CENTRE_INDEX = [30, 27, 13] as const;
const SFORM = obliqueSform(SPACING, [40, -20, -300]);

/** A ball of bone of one value in fat in air, on an oblique grid. */
function niftiBody(overrides: Partial<SyntheticNifti> = {}): Buffer {
  const valueAt = (i: number, j: number, k: number): number => {
    const away = Math.hypot((i - CENTRE_INDEX[0]) * SPACING[0], (j - CENTRE_INDEX[1]) * SPACING[1], (k - CENTRE_INDEX[2]) * SPACING[2]);
    if (away < 18) return BODY_HU;
    return away < 20 ? 400 : away < 30 ? -100 : -1000;
  };
  return Buffer.from(writeNifti({ sizeVox: SIZE, sform: SFORM, valueAt, ...overrides }));
}

function centreLps(): Lps {
  const [x = 0, y = 0, z = 0] = SFORM.map(([a, b, c, d]) => a * CENTRE_INDEX[0] + b * CENTRE_INDEX[1] + c * CENTRE_INDEX[2] + d);
  return [-x, -y, z];
}

function file(name: string, buffer: Uint8Array): MemoryFile {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(buffer) };
}

function picks(centre: Lps): MemoryFile {
  const levels = [{ level: 'L1', centreLps: centre, state: 'confirmed' }];
  return file('picks.osteolens.json', Buffer.from(JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, levels })));
}

async function zip(members: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Promise<Buffer> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
  for (const { name, bytes } of members) await writer.add(name, new Uint8ArrayReader(bytes));
  return Buffer.from(await (await writer.close()).arrayBuffer());
}

async function gzippedZeros(megabytes: number): Promise<Buffer> {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  const zeros = Buffer.alloc(1024 * 1024);
  for (let n = 0; n < megabytes; n += 1) if (!gzip.write(zeros)) await new Promise((resolve) => { gzip.once('drain', resolve); });
  await new Promise((resolve) => { gzip.end(resolve); });
  return Buffer.concat(chunks);
}

const spine = writeSyntheticCt({ sizeVox: [64, 60, 20], seriesDescription: 'Good spine', huAt: (_x, y, z) => Math.round(y + z + 900) });

async function toldOf(page: Page, words: string): Promise<string[]> {
  return (await messages(page)).filter((sentence) => sentence.includes(words));
}

for (const [name, content] of [['body.nii', niftiBody()], ['body.nii.gz', gzipSync(niftiBody({ version: 2, isLittleEndian: false, numberType: 'float64' }))]] as const) {
  test(`${name} opens, measures in its oblique place, says what it lacks, and its saved picks come back`, async ({ page }) => {
    const mask = file('body-mask.nii', niftiBody({ numberType: 'uint8', valueAt: (_i, _j, k) => (k === 5 ? 20 : 0) }));
    await openEmpty(page);
    await chooseFiles(page, [file(name, content), mask, picks(centreLps())]);
    await expect(openItem(page), (await messages(page)).join(' ')).toContainText('CT, 26 slices, 1.20 × 1.30 × 2.00 mm');
    await expect(openItem(page)).toContainText('body');
    expect(await toldOf(page, 'body-mask.nii')).toHaveLength(1);
    await expect(page.getByLabel('Series').getByText(/NIfTI file, which says nothing of tube voltage/)).toBeVisible();
    await resultOf(page, 'L1');
    const saved = await savedResults(page);
    expect(saved.seriesInstanceUid).toMatch(/^2\.25\.\d+$/);
    expect(saved.levels[0]?.measurement?.meanHu).toBeCloseTo(BODY_HU, 3);
    expect(saved.levels[0]?.measurement?.vbmdMgCm3).toBeNull();
    expect(saved.levels[0]?.warnings).toContainEqual(expect.objectContaining({ code: 'kvp-unknown', effect: 'mark' }));
    expect(saved.levels[0]?.warnings).toContainEqual(expect.objectContaining({ code: 'thickness-unknown', effect: 'mark' }));

    await openEmpty(page);
    await chooseFiles(page, [...spine.map((slice) => file(slice.name, slice.bytes)), file(name, content), file('saved.osteolens.json', Buffer.from(JSON.stringify(saved)))]);
    await expect(openItem(page), (await messages(page)).join(' ')).toContainText('body');
    await expect(page.getByTestId('row-L1')).toBeVisible();
  });
}

test('gzipped DICOM slices and a zip within a zip open as the series that they are', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, spine.map(({ name, bytes }) => file(`${name}.gz`, gzipSync(bytes))));
  await expect(openItem(page), (await messages(page)).join(' ')).toContainText('Good spine');
  await openEmpty(page);
  const inner = await zip(spine);
  await chooseFiles(page, [file('outer.zip', await zip([{ name: 'disc/inner.zip', bytes: inner }, { name: 'disc/README', bytes: Buffer.from('read me') }]))]);
  await expect(openItem(page), (await messages(page)).join(' ')).toContainText('Good spine');
  expect(await toldOf(page, 'README')).toHaveLength(1);
});

test('bombs are left aside in one sentence each, and the series beside them opens', async ({ page }) => {
  // Just beyond the size from which the ratio counts.
  const bomb = await gzippedZeros(600);
  expect(bomb.length).toBeLessThan(1024 * 1024);
  // A zip that states 8 GiB for its one member: refused by what it says, before anything unfolds.
  const large = await zip([{ name: 'a.dcm', bytes: new Uint8Array(1024) }]);
  large.writeUInt32LE(0xfffffff0, large.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
  await openEmpty(page);
  await chooseFiles(page, [file('bomb.gz', bomb), file('large.zip', large), ...spine.map(({ name, bytes }) => file(name, bytes))]);
  await expect(openItem(page), (await messages(page)).join(' ')).toContainText('Good spine');
  expect(await messages(page)).toEqual([expect.stringMatching(/^2 files \(bomb\.gz, large\.zip\) would unfold to more than 200 times their size/)]);
});

test('unpacking can be cancelled, and the next drop opens', async ({ page }) => {
  const zeros = await gzippedZeros(400);
  await openEmpty(page);
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Files…' }).click();
  await (await chosen).setFiles([file('1.gz', zeros), file('2.gz', zeros), file('3.gz', zeros)]);
  const opening = page.getByTestId('opening');
  await expect(opening).toContainText('Unpacking');
  await opening.getByRole('button', { name: 'Cancel' }).click();
  await expect(opening).toHaveCount(0);
  expect(await messages(page)).toEqual([]);
  await chooseFiles(page, spine.map(({ name, bytes }) => file(name, bytes)));
  await expect(openItem(page)).toContainText('Good spine');
});

test('ten thousand text files beside a series are one sentence, and the series opens', async ({ page }) => {
  await openEmpty(page);
  const slices = spine.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('base64')] as const);
  await page.evaluate((parts) => {
    const data = new DataTransfer();
    for (let n = 0; n < 10_000; n += 1) data.items.add(new File([`note ${n}`], `note-${n}.txt`));
    for (const [name, base64] of parts) data.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name));
    window.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  }, slices);
  await expect(openItem(page)).toContainText('Good spine');
  expect(await toldOf(page, 'note-')).toEqual(['10000 files (note-0.txt, note-1.txt, note-2.txt and 9997 more) are documents and were left aside.']);
});

