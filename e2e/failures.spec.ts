import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { hasTestData, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { DEFAULT_CT, writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { chooseFiles, messages, openEmpty, openItem, type MemoryFile } from './helpers/app.ts';

const GOOD = { sizeVox: [64, 60, 20], seriesDescription: 'Good spine' } as const;

function asFiles(slices: ReturnType<typeof writeSyntheticCt>, prefix: string): MemoryFile[] {
  return slices.map(({ name, bytes }) => ({ name: `${prefix}-${name}`, mimeType: 'application/dicom', buffer: Buffer.from(bytes) }));
}

function goodSeries(): MemoryFile[] {
  return asFiles(writeSyntheticCt({ ...GOOD, huAt: (_x, y, z) => Math.round(y + z + 900) }), 'good');
}

test('a broken file, a text file and an MR series each get one sentence, and the good series beside them opens', async ({ page }) => {
  const [slice] = writeSyntheticCt({ ...GOOD });
  if (!slice) throw new Error('No slice was written.');
  const broken = { name: 'broken.dcm', mimeType: 'application/dicom', buffer: Buffer.from(slice.bytes.slice(0, 700)) };
  const text = { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear colleague, thank you for the referral.') };
  const mr = asFiles(
    writeSyntheticCt({ sizeVox: [32, 30, 12], modality: 'MR', seriesInstanceUid: `${DEFAULT_CT.studyInstanceUid}.77`, seriesNumber: 9, seriesDescription: 'T1 sagittal' }),
    'mr',
  );
  await openEmpty(page);
  await chooseFiles(page, [broken, text, ...mr, ...goodSeries()]);
  await expect(openItem(page)).toContainText('Good spine');
  const told = await messages(page);
  expect(told.filter((sentence) => sentence.includes('broken.dcm'))).toHaveLength(1);
  expect(told.filter((sentence) => sentence.includes('letter.txt'))).toHaveLength(1);
  const refused = page.getByTestId('series-item').filter({ hasText: 'T1 sagittal' });
  await expect(refused).toBeDisabled();
  await expect(page.getByLabel('Series').getByText(/MR/).last()).toBeVisible();
});

test('only bad files: each is told in one sentence, and nothing is called open', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, [{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no image') }]);
  await expect(page.getByTestId('message').filter({ hasText: 'notes.txt' })).toHaveCount(1);
  await expect(openItem(page)).toHaveCount(0);
  await expect(page.getByTestId('welcome')).toBeVisible();
});

test('an empty folder is told in one sentence', async ({ page }) => {
  await openEmpty(page);
  // A folder chooser never reports an empty folder, a drop does: hand the page a drop of one.
  await page.evaluate(() => {
    const folder = { isFile: false, isDirectory: true, name: 'empty-folder', fullPath: '/empty-folder', createReader: () => ({ readEntries: (done: (entries: unknown[]) => void) => done([]) }) };
    const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: new DataTransfer() });
    const item = { kind: 'file', getAsFile: () => null, webkitGetAsEntry: () => folder };
    Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], items: [item], files: [] } });
    window.dispatchEvent(event);
  });
  await expect(page.getByTestId('message').filter({ hasText: 'empty-folder' })).toHaveCount(1);
});

test('what is open stays open when nothing of the next files can be', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, goodSeries());
  await expect(openItem(page)).toContainText('Good spine');
  await chooseFiles(page, [{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no image') }]);
  await expect(page.getByTestId('message').filter({ hasText: 'notes.txt' })).toHaveCount(1);
  await expect(openItem(page)).toContainText('Good spine');
});

test('a real MR series is refused in words beside a real CT', async ({ page }) => {
  test.skip(!hasTestData('edge', 'mr-t1'), NO_TEST_DATA);
  const mr = readdirSync(testDataPath('edge', 'mr-t1')).map((name) => ({
    name, mimeType: 'application/dicom', buffer: readFileSync(path.join(testDataPath('edge', 'mr-t1'), name)),
  }));
  await openEmpty(page);
  await chooseFiles(page, [...mr, ...goodSeries()]);
  await expect(openItem(page)).toContainText('Good spine');
  await expect(page.getByLabel('Series').getByText(/is MR|MR series|not CT|no CT/i).first()).toBeVisible();
});
