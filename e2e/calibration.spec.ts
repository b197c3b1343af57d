import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { writeNifti } from '#src/testing/synthetic-nifti.ts';
import { DEFAULT_SPINE, spineCentres, spineHu } from '#src/testing/synthetic-spine.ts';
import { chooseFiles, messages, openEmpty, openingEnds, openItem, pickLevel, resultOf, savedResults, type Lps, type SavedResults } from './helpers/app.ts';

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };
type SavedFacts = SavedResults & { readonly acquisition: { readonly kvp: number | null }; readonly statedByReader?: { readonly kvp: number | null; readonly contrast: boolean | null; readonly ageYears?: number; readonly sex?: string } };

async function openDemo(page: Page): Promise<void> {
  await page.goto('/?spine=no');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
}

async function pickDemo(page: Page, ...levels: readonly string[]): Promise<void> {
  for (const level of levels) await pickLevel(page, level, truth.levels[level]?.centreLps ?? [0, 0, 0]);
  for (const level of levels) await resultOf(page, level);
}

/** A spine of known centres as NIfTI, which says nothing of tube voltage and contrast. */
function spineNifti(): Buffer {
  const huAt = spineHu();
  const [x, y, z] = DEFAULT_SPINE.centre;
  const [dx, dy, dz] = [1.4, 1.5, 2.2];
  const sizeVox = [90, 84, 70] as const;
  const [x0, y0, z0] = [x - 62, y - 55, z - 78];
  const bytes = writeNifti({
    // RAS+: the first two rows of LPS change sign.
    sizeVox, sform: [[-dx, 0, 0, -x0], [0, -dy, 0, -y0], [0, 0, dz, z0]], pixdim: [1, dx, dy, dz],
    valueAt: (i, j, k) => Math.round(huAt(x0 + dx * i, y0 + dy * j, z0 + dz * k)),
  });
  return Buffer.from(bytes);
}

function measuredHu(saved: SavedResults, level: string): number {
  return saved.levels.find((one) => one.level === level)?.measurement?.meanHu ?? Number.NaN;
}

async function checkAccess(page: Page, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${state}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
}

test('what a NIfTI does not say can be stated by the reader, is marked so on screen and in the file, and can be taken back', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, [{ name: 'spine.nii', mimeType: 'application/octet-stream', buffer: spineNifti() }]);
  await pickLevel(page, 'L3', spineCentres()[2] ?? [0, 0, 0]);
  const density = (await resultOf(page, 'L3')).getByTestId('cell-vbmd-measured');
  const value = density.locator('.cell-main');
  await expect(density).toHaveText('—');
  await page.getByTestId('fact-kvp').getByRole('combobox').selectOption('100');
  await page.getByTestId('fact-contrast').getByRole('combobox').selectOption('no');
  await expect(page.getByTestId('fact-kvp')).toContainText('stated by the reader');
  const age = page.getByTestId('fact-age').getByRole('textbox');
  await age.fill('7');
  await age.press('Enter');
  await expect(page.getByTestId('fact-age').getByRole('alert')).toHaveText('Not taken: state whole years from 18 to 110.');
  await checkAccess(page, 'a wrong age');
  await age.fill('71');
  await age.press('Enter');
  await expect(page.getByTestId('fact-age')).toContainText('stated by the reader');
  await expect(age).toBeFocused();
  await expect(page.getByTestId('t-score-caveat')).toContainText('does not give sex; state it');
  await page.getByTestId('fact-sex').getByRole('combobox').selectOption('F');
  await expect(page.getByTestId('t-score-caveat')).toHaveCount(0);
  await expect(value).toHaveText(/^\d+$/);
  const saved = (await savedResults(page)) as SavedFacts;
  expect(Number(await value.innerText())).toBe(Math.round(measuredHu(saved, 'L3') / 1.46));
  expect(saved.acquisition.kvp).toBeNull();
  expect(saved.statedByReader).toEqual({ kvp: 100, contrast: false, ageYears: 71, sex: 'F' });
  expect(saved.levels[0]?.warnings.map(({ code }) => code)).not.toContain('kvp-unknown');

  await page.getByTestId('fact-kvp').getByRole('combobox').selectOption('');
  await expect(density).toHaveText('—');
  await expect(page.getByTestId('fact-kvp')).not.toContainText('stated by the reader');
  await age.fill('');
  await age.blur();
  await expect(page.getByTestId('fact-age')).not.toContainText('stated by the reader');

  // The file brings the statement back where the header is still silent.
  await chooseFiles(page, [{ name: 'mine.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(saved)) }]);
  await expect(page.getByTestId('fact-kvp').getByRole('combobox')).toHaveValue('100');
  await expect(age).toHaveValue('71');
  await expect(value).toHaveText(/^\d+$/);
});

test('a calibration is kept when saved, used when chosen, doubted where it does not fit, and erased', async ({ page }) => {
  await openDemo(page);
  await expect(page.getByTestId('fact-kvp').getByRole('combobox')).toHaveCount(0);
  await pickDemo(page, 'L2');
  const density = page.getByTestId('row-L2').getByTestId('cell-vbmd-measured');
  const value = density.locator('.cell-main');
  const hu = measuredHu(await savedResults(page), 'L2');
  expect(Number(await value.innerText())).toBe(Math.round(hu / 1.35));

  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the scanner').fill('CT 1');
  await dialog.getByLabel('Model, as in the image header').fill('Aurora 64');
  await dialog.getByLabel('Tube voltage').fill('100');
  await dialog.getByLabel('Phantom', { exact: true }).fill('Block 3');
  await dialog.getByLabel('Phantom scanned on').fill('2019-05-06');
  await dialog.getByLabel('Slope').fill('1.35');
  await dialog.getByLabel('Intercept').fill('4,5');
  await dialog.getByRole('button', { name: 'Save calibration' }).click();
  await expect(dialog.getByRole('alert')).toContainText('turned round');
  await dialog.getByLabel('Slope').fill('0.81');
  await checkAccess(page, 'settings');
  await dialog.getByRole('button', { name: 'Save calibration' }).click();
  await expect(dialog.getByRole('list', { name: 'Saved calibrations' })).toContainText('CT 1, 100 kVp');
  await page.keyboard.press('Escape');
  // Saved is not used.
  await expect(value).toHaveText(String(Math.round(hu / 1.35)));

  await page.getByRole('tab', { name: 'Density' }).click();
  await page.getByTestId('conversion-choice').selectOption({ index: 1 });
  await expect(value).toHaveText(String(Math.round(0.81 * hu + 4.5)));
  await expect(page.getByTestId('density-details')).toContainText('more than 12 months');
  const saved = await savedResults(page);
  expect(saved.levels[0]?.warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['calibration-old', 'calibration-kvp', 'calibration-scanner']));

  // The file brings the choice back, as long as the calibration is kept here.
  const file = [{ name: 'mine.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(saved)) }];
  await openDemo(page);
  await chooseFiles(page, file);
  await resultOf(page, 'L2');
  await expect(value).toHaveText(String(Math.round(0.81 * hu + 4.5)));
  expect(await messages(page)).toContain('mine.osteolens.json: its densities are made by the calibration of CT 1, Block 3, 100 kVp, 2019-05-06, as they were.');

  expect(await page.evaluate(() => localStorage.getItem('osteolens.calibrations'))).toContain('Aurora 64');
  await page.getByRole('button', { name: 'Settings' }).click();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save a copy of the calibration of CT 1, 100 kVp' }).click();
  const copy = readFileSync(await (await saving).path());
  const before = await page.evaluate(() => localStorage.getItem('osteolens.calibrations'));
  await page.getByRole('button', { name: 'Erase the calibration of CT 1, 100 kVp' }).click();
  await expect(page.getByRole('dialog')).toContainText('No calibration is saved.');
  expect(await page.evaluate(() => localStorage.getItem('osteolens.calibrations'))).toBeNull();
  for (const [name, buffer, said] of [['other.json', Buffer.from('{}'), 'other.json: it is no calibration'], ['copy.json', copy, 'copy.json: CT 1, 100 kVp is saved.']] as const) {
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Calibration from a file…' }).click();
    await (await chosen).setFiles([{ name, mimeType: 'application/json', buffer }]);
    await expect(page.getByRole('dialog')).toContainText(said);
  }
  expect(await page.evaluate(() => localStorage.getItem('osteolens.calibrations'))).toBe(before);
  await page.keyboard.press('Escape');
  await chooseFiles(page, [{ name: 'osteolens-calibration-CT-1.json', mimeType: 'application/json', buffer: copy }]);
  expect((await messages(page)).join(' ')).toContain('osteolens-calibration-CT-1.json: CT 1, 100 kVp is saved, in the place of the one before.');
  expect(await page.evaluate(() => localStorage.getItem('osteolens.calibrations'))).toBe(before);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Erase the calibration of CT 1, 100 kVp' }).click();

  await openDemo(page);
  await chooseFiles(page, file);
  await resultOf(page, 'L2');
  await expect(value).toHaveText(String(Math.round(hu / 1.35)));
  expect((await messages(page)).join(' ')).toContain('its densities were made by the calibration of CT 1, Block 3, 100 kVp, 2019-05-06; they were made anew here by tube voltage, 120 kVp. That calibration is not saved in this browser');
});

test('the patient is summed up with L1, age, the network and a text to copy; the scan is checked by its tissues', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openDemo(page);
  await pickDemo(page, 'L1', 'L2', 'L3');
  await expect(page.getByTestId('patient-summary')).toContainText(/Mean of L1, L2, L3: \d+ mg\/cm³ \(\d+ to \d+\)/);
  await page.getByRole('tab', { name: 'Patient' }).click();
  await expect(page.getByTestId('patient-text')).toContainText('with the expected error; by tube voltage, 120 kVp');
  await expect(page.getByTestId('nomogram')).toContainText('Cross: this patient');
  await expect(page.getByTestId('patient-details')).toContainText('published mean for 66 years');
  await expect(page.getByTestId('patient-probability')).toContainText(/mean of L1, L2, L3: [<>]?\d+ %/);
  await page.getByRole('button', { name: 'Copy text' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await page.getByTestId('patient-text').innerText());
  expect(copied).toContain('consider DXA');
  expect(copied).toContain('Not a medical device');
  await checkAccess(page, 'patient');
  await page.getByRole('tab', { name: 'Density' }).click();
  await expect(page.getByTestId('tissue-table').getByRole('row')).toHaveCount(5);
  await checkAccess(page, 'density');
});
