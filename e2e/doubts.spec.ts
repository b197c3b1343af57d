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
  await expect(page.getByTestId('explanation')).toContainText(/On 900 simulated test vertebrae the [a-zA-Z ]+ explains \d+ to \d+ %/);
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

test('odd pairs of marks take one line and unfold; doubts of a level stay below its numbers', async ({ page }) => {
  await openDemoWithL2(page);
  // Labels that follow neither the order nor the distances of the bodies under them.
  for (const [level, body] of [['L3', 'L1'], ['L4', 'L5'], ['L5', 'T12']] as const) {
    const centre = truth.levels[body]?.centreLps;
    if (!centre) throw new Error(`The demo has no ${body}.`);
    await pickLevel(page, level, centre);
    await resultOf(page, level);
  }
  const odd = page.getByText(/^3 odd pairs: L2–L3, L3–L4, L4–L5$/);
  await expect(odd).toBeVisible();
  await expect(page.getByText('L3 lies above L2: check the labels.')).toBeHidden();
  await odd.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('L3 lies above L2: check the labels.')).toBeVisible();
  await page.keyboard.press('Enter');
  const doubts = page.getByTestId('level-detail');
  await expect(doubts).toContainText(/L5: (\d+|one|no) reasons? for doubt/);
  const folded = doubts.locator('summary');
  const before = await doubts.getByRole('listitem').count();
  for (const summary of await folded.all()) await summary.click();
  const count = Number(await page.getByTestId('row-L5').getByTestId('cell-doubts').innerText().then((text) => /\d+$/.exec(text.trim())?.[0]));
  await expect(doubts.getByRole('listitem')).toHaveCount(count);
  expect(before).toBeLessThanOrEqual(count);
});
