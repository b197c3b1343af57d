import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { chooseFiles, openEmpty, openingEnds, openItem, pickLevel, resultOf, type Lps } from './helpers/app.ts';

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };

/** No violation of WCAG 2.2 AA that axe can find. */
async function checkAccess(page: Page, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${state}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
}

function asFiles(written: ReturnType<typeof writeSyntheticCt>) {
  return written.map(({ name, bytes }) => ({ name, mimeType: 'application/dicom', buffer: Buffer.from(bytes) }));
}

test('axe finds no violation of WCAG 2.2 AA on the empty page, with results, and in the help', async ({ page }) => {
  const check = (state: string) => checkAccess(page, state);
  await page.goto('/?demo=no');
  await expect(page.getByTestId('welcome')).toBeVisible();
  await check('empty');
  await page.goto('/');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  await pickLevel(page, 'L2', truth.levels['L2']?.centreLps ?? [0, 0, 0]);
  await resultOf(page, 'L2');
  await check('results');
  await page.getByRole('button', { name: 'Help' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await check('help');
});

test('axe finds none in the server dialog, in the question of size, beside parts and beside refused series; Escape leaves each dialog', async ({ page }) => {
  await openEmpty(page, '&maxMegabytes=0.401&draw=webgl');
  await page.getByRole('button', { name: 'Server…' }).press('Enter');
  const server = page.getByRole('dialog', { name: 'Open from a DICOMweb server' });
  await server.getByLabel('DICOMweb address').fill('https://elsewhere.example/dicom-web');
  await server.getByLabel('Patient ID').press('Enter');
  await expect(page.getByTestId('server-sentence')).toContainText('may not read from');
  await checkAccess(page, 'server');
  await page.keyboard.press('Escape');
  await expect(server).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Server…' })).toBeFocused();

  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Files…' }).press('Enter');
  await (await chosen).setFiles(asFiles(writeSyntheticCt({ sizeVox: [70, 60, 40], spacingMm: [0.9, 1.1, 2.5] })));
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('does not fit into memory');
  await checkAccess(page, 'size');
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await openingEnds(page);

  await openEmpty(page);
  await chooseFiles(page, asFiles(writeSyntheticCt({ sizeVox: [70, 60, 40], spacingMm: [0.9, 1.1, 2.5], change: (k) => (k === 12 ? null : {}) })));
  await expect(page.getByTestId('part-end-sagittal')).toBeVisible();
  await checkAccess(page, 'parts');

  await openEmpty(page);
  const refused = [...Array(12).keys()].flatMap((n) => writeSyntheticCt({ sizeVox: [20, 18, 2], seriesInstanceUid: `1.2.840.99.7.${n}`, seriesNumber: n, change: (k) => ({ SOPInstanceUID: `1.2.840.99.7.${n}.${k}` }) }));
  await chooseFiles(page, asFiles(refused));
  await expect(page.getByTestId('message')).toHaveText([/^None of the 12 series can be opened; the reasons stand beside them\./]);
  await checkAccess(page, 'refused');
});

test('the page is isolated, so that the network may use a second thread', async ({ page }) => {
  await page.goto('/?demo=no');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});
