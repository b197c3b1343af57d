import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { hasTestData, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { chooseFiles, openEmpty, openItem, openingEnds, type Lps } from './helpers/app.ts';

/** Issue 5, point 3. */
const FOUND_MM = 8;

type Truth = { readonly levels: Record<string, { readonly centreLps: Lps; readonly complete: boolean }> };
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;

async function isProposed(page: Page): Promise<void> {
  await expect(page.getByTestId('proposals')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByTestId('spine-search')).toHaveCount(0);
}

test('the demo’s vertebrae are proposed on opening, once more when it is opened again, and nothing leaves the page', async ({ page }) => {
  const foreign: string[] = [];
  page.on('request', (request) => { if (!request.url().startsWith('http://127.0.0.1') && !/^(data|blob):/.test(request.url())) foreign.push(request.url()); });
  await page.goto('/');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  await isProposed(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save results' }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
  const saved = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly levels: readonly { readonly level: string; readonly centreLps: Lps }[] };
  const complete = Object.values(truth.levels).filter((one) => one.complete);
  const found = complete.filter(({ centreLps }) => saved.levels.some((one) => Math.hypot(...one.centreLps.map((value, axis) => value - (centreLps[axis] ?? 0))) <= FOUND_MM));
  expect(found.length / complete.length).toBeGreaterThanOrEqual(0.8);
  // The next study is searched by itself, though its series is the first of its opening as well.
  await page.getByRole('banner').getByRole('button', { name: 'Demo' }).click();
  await openingEnds(page);
  await isProposed(page);
  expect(foreign).toEqual([]);
});

test('a search is cancelled and made again', async ({ page }) => {
  // The network comes late, so that the search is still under way when it is cancelled.
  let giveNetwork = (): void => undefined;
  const isCancelled = new Promise<void>((resolve) => { giveNetwork = resolve; });
  await page.route('**/models/osteolens-spine/model.onnx', async (route) => {
    await isCancelled;
    // The request that was waiting is given up by then.
    await route.continue().catch(() => undefined);
  });
  await page.goto('/');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  const search = page.getByTestId('spine-search');
  await expect(search.getByRole('progressbar', { name: 'Looking for vertebrae' })).toBeVisible();
  await search.getByRole('button', { name: 'Cancel' }).click();
  await expect(search).toContainText('The search for vertebrae was cancelled.');
  giveNetwork();
  await expect(page.getByTestId('proposals')).toHaveCount(0);
  await search.getByRole('button', { name: 'Look for vertebrae' }).click();
  await isProposed(page);
});

test('a network that cannot be read is said in one sentence, and levels are picked by hand', async ({ page }) => {
  await page.route('**/models/osteolens-spine/**', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto('/');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  await expect(page.getByTestId('spine-search')).toContainText(
    'The spine network could not be loaded: manifest.json is not there (the server answered 404). Vertebrae are not proposed; pick them by hand.', { timeout: 60_000 });
});

test('a chest CT: proposals come in seconds', async ({ page }, info) => {
  test.skip(!hasTestData('ct', 'lidc-0314-chest'), NO_TEST_DATA);
  await openEmpty(page, '&spine=yes');
  const folder = testDataPath('ct', 'lidc-0314-chest');
  await chooseFiles(page, readdirSync(folder).map((file) => path.join(folder, file)));
  const started = Date.now();
  await isProposed(page);
  const seconds = (Date.now() - started) / 1000;
  info.annotations.push({ type: 'seconds from the open series to its proposals', description: seconds.toFixed(1) });
  // Issue 5 asks for 5 s of 400 slices on two free cores; the limit here only catches a search that hangs.
  expect(seconds).toBeLessThan(60);
});
