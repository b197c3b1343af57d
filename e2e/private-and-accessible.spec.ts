import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { openingEnds, openItem, pickLevel, resultOf, type Lps } from './helpers/app.ts';

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };

test('a whole session asks nothing of another origin, and stores no patient data', async ({ page, baseURL }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto('/');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  await pickLevel(page, 'L1', truth.levels['L1']?.centreLps ?? [0, 0, 0]);
  await resultOf(page, 'L1');
  const elsewhere = asked.filter((url) => !url.startsWith(`${baseURL}/`) && !url.startsWith(`blob:${baseURL}/`) && !url.startsWith('data:'));
  expect(asked.length).toBeGreaterThan(5);
  expect(elsewhere).toEqual([]);
  expect(faults).toEqual([]);
  const stored = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]) + document.cookie);
  expect(stored).not.toMatch(/Synthetic|2\.25\./);
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test('axe finds no violation of WCAG 2.2 AA on the empty page, with results, and in the help', async ({ page }) => {
  const check = async (state: string) => {
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    expect(violations.map(({ id, nodes }) => `${state}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
  };
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

test('the page is isolated, so that the network may use a second thread', async ({ page }) => {
  await page.goto('/?demo=no');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});
