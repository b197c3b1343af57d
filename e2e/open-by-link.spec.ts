import { expect, test } from '@playwright/test';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { messages, openingEnds, openItem } from './helpers/app.ts';

test('?url= opens a zip instead of the demo', async ({ page }) => {
  await page.goto('/?url=demo/demo-study.zip');
  await expect(openItem(page)).toHaveCount(1, { timeout: 90_000 });
  await openingEnds(page);
  expect((await messages(page)).filter((sentence) => sentence.includes('fetched'))).toEqual([]);
});

test('?url= opens the files of a JSON list and names the one that is missing', async ({ page }) => {
  const files = writeSyntheticCt({ sizeVox: [40, 36, 16], seriesDescription: 'By list' });
  await page.route('**/case/*.dcm', (route) => {
    const file = files.find(({ name }) => route.request().url().endsWith(name));
    return file ? route.fulfill({ body: Buffer.from(file.bytes), contentType: 'application/dicom' }) : route.fulfill({ status: 404 });
  });
  await page.route('**/case/list.json', (route) => route.fulfill({ json: { files: [...files.map(({ name }) => name), 'gone.dcm'] } }));
  await page.goto('/?url=case/list.json');
  await expect(openItem(page)).toContainText('By list');
  expect((await messages(page)).filter((sentence) => sentence.includes('case/gone.dcm (HTTP 404)'))).toHaveLength(1);
});

test('?url= says in one sentence that there is nothing', async ({ page }) => {
  await page.route('**/gone.zip', (route) => route.fulfill({ status: 404 }));
  await page.goto('/?url=gone.zip');
  await expect(page.getByTestId('message').filter({ hasText: 'gone.zip (HTTP 404) could not be fetched' })).toHaveCount(1);
  await expect(page.getByTestId('welcome')).toBeVisible();
  // The server of the tests answers every unknown address with the page itself.
  await page.goto('/?url=nowhere.zip');
  await expect(page.getByTestId('message').filter({ hasText: 'nowhere.zip is a web page' })).toHaveCount(1);
  await page.goto('/?url=https://elsewhere.example/a.zip');
  await expect(page.getByTestId('message').filter({ hasText: 'leads to https://elsewhere.example' })).toHaveCount(1);
});
