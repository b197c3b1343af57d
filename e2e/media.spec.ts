import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test, type Page } from '@playwright/test';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { writeIso } from '#src/testing/synthetic-iso.ts';
import { chooseFiles, messages, openEmpty, openingEnds, openItem } from './helpers/app.ts';

const SIZE = [64, 60, 24] as const;
const huAt = (x: number, y: number, z: number) => Math.round(300 + 2 * x - 3 * y + 1.5 * (z + 840));
const stack = writeSyntheticCt({ sizeVox: SIZE, spacingMm: [0.9, 1.1, 2.5], origin: [-31.5, 17.25, -840.5], huAt, seriesDescription: 'On a disc' });
const AS_LISTED = 'CT, 24 slices, 0.90 × 1.10 × 2.50 mm';

async function chooseFolder(page: Page, root: string): Promise<void> {
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Folder…' }).click();
  await (await chosen).setFiles(root);
}

function folderOf(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): string {
  const root = mkdtempSync(path.join(tmpdir(), 'osteolens-media-'));
  mkdirSync(path.join(root, 'series'));
  for (const { name, bytes } of files) writeFileSync(path.join(root, 'series', name), bytes);
  return root;
}

test('the image of a disc opens, also as gzip of several streams', async ({ page }) => {
  const image = Buffer.from(writeIso({ files: stack.map(({ name, bytes }) => ({ path: `DICOM/${name}`, bytes })) }));
  await openEmpty(page);
  await chooseFiles(page, [{ name: 'disc.iso', mimeType: 'application/x-iso9660-image', buffer: image }]);
  await expect(openItem(page)).toContainText(AS_LISTED);
  // As pigz --independent, bgzip and cat write it: one stream after another in one file.
  const half = Math.floor(image.length / 2);
  const parts = Buffer.concat([gzipSync(image.subarray(0, half)), gzipSync(image.subarray(half))]);
  await openEmpty(page);
  await chooseFiles(page, [{ name: 'disc.iso.gz', mimeType: 'application/gzip', buffer: parts }]);
  expect(await messages(page)).toEqual([]);
  await expect(openItem(page)).toContainText(AS_LISTED);
});

test('a folder removed before it is read is told in one sentence', async ({ page }) => {
  const root = folderOf(stack);
  await openEmpty(page);
  // The browser has listed the folder; the page is held until what the list names is gone.
  await page.evaluate(() => {
    const hold = () => {
      console.info('held');
      for (const end = performance.now() + 2000; performance.now() < end; );
    };
    window.addEventListener('change', hold, { capture: true, once: true });
  });
  const held = page.waitForEvent('console', (message) => message.text() === 'held');
  const chosen = chooseFolder(page, root);
  await held;
  rmSync(root, { recursive: true });
  await chosen;
  await expect.poll(() => messages(page)).toContainEqual(expect.stringMatching(/^24 files \(.+\) could not be read from the disk; check that they are still there and drop them again\.$/));
  await expect(openItem(page)).toHaveCount(0);
});

test('a series whose folder was removed after it was listed is refused in one sentence, and nothing is shown for it', async ({ page }) => {
  const other = writeSyntheticCt({ sizeVox: [64, 60, 20], spacingMm: [0.9, 1.1, 2.5], seriesInstanceUid: '1.2.840.99.7', seriesNumber: 7, seriesDescription: 'Going away' });
  const root = folderOf([...stack, ...other.map(({ name, bytes }) => ({ name: `other-${name}`, bytes }))]);
  await openEmpty(page);
  await chooseFolder(page, root);
  await expect(openItem(page)).toContainText(AS_LISTED);
  await openingEnds(page);
  rmSync(root, { recursive: true });
  await page.getByTestId('series-item').filter({ hasText: 'Going away' }).click();
  await expect.poll(() => messages(page)).toContainEqual(expect.stringMatching(/^The series was not opened, because .+\.dcm cannot be read, as \d+ more: the browser cannot read it any more; it was moved or changed; get the series again\.$/));
  await expect(openItem(page)).toHaveCount(0);
});
