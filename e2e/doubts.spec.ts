import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { openingEnds, openItem, pickLevel, resultOf, savedResults, type Lps } from './helpers/app.ts';

type Truth = { readonly levels: Record<string, { readonly centreLps: Lps }> };
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;

async function openDemoWithL2(page: Page): Promise<void> {
  await page.goto('/?spine=no');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  const centre = truth.levels['L2']?.centreLps;
  if (!centre) throw new Error('The demo has no L2.');
  await pickLevel(page, 'L2', centre);
  await resultOf(page, 'L2');
}

test('the chart shows both densities with their intervals', async ({ page }) => {
  await openDemoWithL2(page);
  await expect(page.getByTestId('level-chart').locator('> svg')).toHaveAccessibleName(/L2: measured \d+ \(\d+ to \d+\), network \d+ \(\d+ to \d+\)/);
  await expect(page.getByTestId('level-chart')).toContainText('measured, expected error');
});

test('the activation map comes and goes by key, over the selected level alone, and is never saved', async ({ page }) => {
  await openDemoWithL2(page);
  const cells = page.getByTestId('activation-sagittal').locator('rect');
  await expect(cells).toHaveCount(0);
  await page.keyboard.press('a');
  // 8 rows front to back of 6 layers in the sagittal cut.
  await expect(cells).toHaveCount(48);
  await page.getByRole('tab', { name: 'Explanation' }).click();
  await expect(page.getByRole('button', { name: 'Activation map' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('explanation')).toContainText('coarse');
  const saved = JSON.stringify(await savedResults(page));
  expect(saved).not.toContain('activation');
  await page.keyboard.press('a');
  await expect(cells).toHaveCount(0);
});

test('the mark is moved a little on demand, and the spread of the answers is shown', async ({ page }) => {
  await openDemoWithL2(page);
  await page.getByRole('tab', { name: 'Explanation' }).click();
  await page.getByRole('button', { name: 'Move the mark by 2 mm' }).click();
  await expect(page.getByTestId('moves-status')).toHaveText('6 moves.', { timeout: 90_000 });
  const strip = page.getByTestId('stability-vBMD');
  await expect(strip.locator('.strip-move')).toHaveCount(6);
  await expect(strip).toContainText(/vBMD \d+ to \d+ mg\/cm³/);
});
