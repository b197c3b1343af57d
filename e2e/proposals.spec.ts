import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { openingEnds, openItem, pickLevel, resultOf, savedResults, type Lps } from './helpers/app.ts';

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };
/** T11 is at the upper edge of the demo's scan: a walk ends before it. */
const LEVELS = Object.keys(truth.levels).filter((level) => level !== 'T11');
/** Snapping is good to 3 mm (snap-to-body.test.ts); the walk ends with a snap. */
const SNAP_MM = 6;

function centreOf(level: string): Lps {
  return truth.levels[level]?.centreLps ?? [0, 0, 0];
}

/** The demo with the spine network out of reach, so that what is proposed comes from the reader's own pick. */
async function openDemo(page: Page): Promise<void> {
  await page.route('**/models/osteolens-spine/**', (route) => route.abort());
  await page.goto('/');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  await expect(page.getByTestId('spine-search')).toContainText('by hand', { timeout: 30_000 });
}

test('one pick proposes its neighbours, which are confirmed, moved, renamed, shifted and rejected, all from the keyboard', async ({ page }) => {
  await openDemo(page);
  await pickLevel(page, 'L2', centreOf('L2'));
  const neighbours = LEVELS.filter((level) => level !== 'L2');
  for (const level of neighbours) await expect(page.getByTestId(`mark-sagittal-${level}`)).toHaveAttribute('data-state', 'proposed', { timeout: 60_000 });
  await expect(page.getByTestId('mark-sagittal-L2')).toHaveAttribute('data-state', 'confirmed');
  await expect(page.getByTestId('proposals')).toContainText(`${neighbours.length} vertebrae are proposed`);
  await expect(page.getByRole('button', { name: 'L3, proposed', exact: true })).toHaveText('L3?');
  for (const level of LEVELS) await resultOf(page, level);
  await expect(page.getByTestId('patient-summary')).not.toContainText('Mean of');

  const saved = await savedResults(page);
  expect(saved.levels.map(({ level }) => level)).toEqual(LEVELS);
  for (const { level, centreLps } of saved.levels) {
    expect(Math.hypot(...centreLps.map((value, axis) => value - (centreOf(level)[axis] ?? 0))), level).toBeLessThan(SNAP_MM);
  }

  // One mark by Enter, one away by Delete, the rest by Y.
  await page.getByTestId('mark-sagittal-L3').getByRole('button').press('Enter');
  await expect(page.getByTestId('mark-sagittal-L3')).toHaveAttribute('data-state', 'confirmed');
  await page.getByTestId('mark-sagittal-L4').getByRole('button').press('Delete');
  await expect(page.getByTestId('mark-sagittal-L4')).toHaveCount(0);
  await expect(page.getByTestId('row-L4')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'L4, rejected', exact: true })).toBeVisible();
  await page.keyboard.press('y');
  await expect(page.getByTestId('proposals')).toHaveCount(0);
  await expect(page.getByTestId('patient-summary')).toContainText('Mean of L1');
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('mark-sagittal-L1')).toHaveAttribute('data-state', 'proposed');
  await page.keyboard.press('Control+y');

  // Names: all by one and back, then the lowest as a sixth lumbar vertebra with the others along; L4 stays rejected, under its new name.
  await page.keyboard.press('[');
  await expect(page.getByTestId('row-T11')).toBeVisible();
  await expect(page.getByTestId('row-L5')).toHaveCount(0);
  await page.keyboard.press(']');
  await expect(page.getByTestId('row-L5')).toBeVisible();
  await page.getByRole('button', { name: 'Go to L5' }).click();
  await page.keyboard.press('l');
  await expect(page.getByLabel('Name of L5')).toBeFocused();
  await page.getByLabel('Name of L5').selectOption('L6');
  await expect(page.getByTestId('row-L6')).toBeVisible();
  await expect(page.getByTestId('row-L4')).toBeVisible();
  await expect(page.getByTestId('row-L5')).toHaveCount(0);
  await expect(page.getByRole('group', { name: 'Other vertebrae' }).getByRole('button', { name: 'L6, picked' })).toBeVisible();
  const renamed = await savedResults(page);
  expect(renamed.levels.find(({ level }) => level === 'L6')?.centreLps).toEqual(saved.levels.find(({ level }) => level === 'L5')?.centreLps);
});
