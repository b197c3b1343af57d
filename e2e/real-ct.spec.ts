import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { hasTestData, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { chooseFiles, messages, openEmpty, openItem, savedResults, resultOf, type Lps } from './helpers/app.ts';

test.skip(!hasTestData('reference.json'), NO_TEST_DATA);

type Reference = Record<string, { readonly levels: Record<string, { readonly centre: Lps; readonly hu?: number; readonly sd?: number }> }>;

/**
 * Mean HU of the regions that six readers placed by hand, blind to the app's, where they agree within a few HU (docs/evaluation/measuring.md;
 * vertebra-fit.real-ct.test.ts reads them). Elsewhere the reference, whose regions lie farther back: LIDC's spine is dense and noisy, and
 * regions moved by the 2 mm to which a centre is known differ by as much.
 */
const BY_HAND_HU: Readonly<Record<string, Readonly<Record<string, number>>>> = { 'ts-example': { L1: 100.8, L2: 112.4, L3: 106.2, L4: 108.1, L5: 108.6 } };
const HU_TOLERANCE = 3;
const SHARE_OF_SD = 0.2;

function folder(name: string): string[] {
  const at = testDataPath('ct', name);
  return readdirSync(at).map((file) => path.join(at, file));
}

function referenceLevels(name: string): Reference[string]['levels'] {
  const reference = JSON.parse(readFileSync(testDataPath('reference.json'), 'utf8')) as Reference;
  const levels = reference[name]?.levels ?? {};
  return Object.fromEntries(Object.entries(levels).filter(([level]) => /^(T1[0-2]|L[1-5])$/.test(level)));
}

/** A results file that holds nothing but picks, as a script would write it. */
function picksFile(centres: Record<string, Lps>) {
  const levels = Object.entries(centres).map(([level, centreLps]) => ({ level, centreLps }));
  const text = JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, levels });
  return { name: 'picks.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(text) };
}

async function analyse(page: Page, centres: Record<string, Lps>) {
  await chooseFiles(page, [picksFile(centres)]);
  for (const level of Object.keys(centres)) await resultOf(page, level);
  return savedResults(page);
}

async function expectSeries(page: Page, facts: string): Promise<void> {
  await expect(openItem(page), (await messages(page)).join(' ')).toContainText(facts);
}

function expectFinite(saved: Awaited<ReturnType<typeof savedResults>>): void {
  for (const { level, network } of saved.levels) {
    expect(network, `${level} has an estimate`).not.toBeNull();
    expect(Number.isFinite(network?.vbmdMgCm3.value)).toBe(true);
    for (const device of network?.devices ?? []) {
      expect(device.osteoporosis.value).toBeGreaterThanOrEqual(0);
      expect(device.osteoporosis.value).toBeLessThanOrEqual(1);
      expect(Number.isFinite(device.abmd.value)).toBe(true);
    }
  }
}

function expectReferenceHu(saved: Awaited<ReturnType<typeof savedResults>>, name: string): void {
  for (const { level, measurement } of saved.levels) {
    const { hu, sd = 0 } = referenceLevels(name)[level] ?? {};
    const byHand = BY_HAND_HU[name]?.[level];
    const wanted = byHand ?? hu;
    if (wanted === undefined) continue;
    expect(measurement, `${level} is measured`).not.toBeNull();
    const most = byHand === undefined ? Math.max(HU_TOLERANCE, SHARE_OF_SD * sd) : HU_TOLERANCE;
    expect(Math.abs((measurement?.meanHu ?? 0) - wanted), `${level}: ${measurement?.meanHu} HU against ${wanted}`).toBeLessThanOrEqual(most);
  }
}

test('LIDC-IDRI-0314 opens feet first with its frames of reference, and measures as the reference', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, folder('lidc-0314-chest'));
  await expectSeries(page, 'CT, 275 slices, 0.78 × 0.78 × 1.00 mm');
  const levels = referenceLevels('lidc-0314-chest');
  const saved = await analyse(page, Object.fromEntries(Object.entries(levels).map(([level, { centre }]) => [level, centre])));
  expect(saved.levels.map(({ level }) => level)).toEqual(['T10', 'T11', 'T12']);
  expectFinite(saved);
  expectReferenceHu(saved, 'lidc-0314-chest');
});

test('the TotalSegmentator example measures as the reference; without kVp it gives no measured density', async ({ page }) => {
  await openEmpty(page);
  // The folder holds label masks too, which are told and left aside.
  await chooseFiles(page, folder('ts-example'));
  await expectSeries(page, 'CT, 112 slices, 3.00 × 3.00 × 3.00 mm');
  expect((await messages(page)).filter((sentence) => sentence.includes('label masks'))).toHaveLength(1);
  const levels = referenceLevels('ts-example');
  const saved = await analyse(page, Object.fromEntries(Object.entries(levels).map(([level, { centre }]) => [level, centre])));
  expect(saved.levels).toHaveLength(6);
  expectFinite(saved);
  expectReferenceHu(saved, 'ts-example');
  for (const { measurement, warnings } of saved.levels) {
    expect(measurement?.vbmdMgCm3).toBeNull();
    expect(warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['kvp-unknown', 'thickness-unknown']));
  }
  // Its last body is cut, and the network's own density of the lower ones is below 80 while it expects no osteoporosis: said, and also once a voltage is stated.
  const said = (of: typeof saved, level: string) => of.levels.find((one) => one.level === level)?.warnings.map(({ code }) => code);
  expect(said(saved, 'T12')).toContain('body-cut');
  expect(said(saved, 'L5')).toContain('estimate-contradicts');
  // The back of L1 reads too high beside the others, so its grade is not to be trusted.
  expect(said(saved, 'L1')).toContain('height-high');
  await page.getByTestId('row-L1').click();
  await expect(page.getByTestId('genant')).toContainText('rests on a height that reads too high');
  await expect(page.getByTestId('measured-shape')).toContainText('beside a focus');
  if (process.env['OSTEOLENS_SHOTS']) await page.screenshot({ path: `${process.env['OSTEOLENS_SHOTS']}/height-high.png` });
  await page.getByTestId('fact-kvp').getByRole('combobox').selectOption('120');
  const density = (await resultOf(page, 'L5')).getByTestId('cell-vbmd-measured').locator('.cell-main');
  await expect(density).toHaveText(/^\d+$/);
  const stated = await savedResults(page);
  expect(stated.levels.find(({ level }) => level === 'L5')?.measurement?.vbmdMgCm3).toBeGreaterThan(80);
  expect(said(stated, 'L5')).toContain('estimate-contradicts');
});

test('the TPTBox body opens, and its low-density L3 reads low', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, folder('tptbox-l3'));
  await expectSeries(page, 'CT, 73 slices, 1.50 × 1.50 × 1.50 mm');
  const saved = await analyse(page, { L3: referenceLevels('tptbox-l3')['L3']?.centre ?? [0, 0, 0] });
  expectFinite(saved);
  // Interior mask mean of the reference: 54 HU.
  expect(Math.abs((saved.levels[0]?.measurement?.meanHu ?? 0) - 54)).toBeLessThanOrEqual(3);
});

test('the JPEG 2000 slab without UIDs opens and says that contrast was given', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, folder('ts-slab-j2k'));
  await expectSeries(page, 'CT, 20 slices, 0.98 × 0.98 × 2.00 mm');
  // The middle of the one whole body in the slab, placed by eye; its level cannot be counted in 40 mm.
  const saved = await analyse(page, { T12: [-7.3, -117.2, -785] });
  expectFinite(saved);
  expect(saved.levels[0]?.warnings.map(({ code }) => code)).toContain('contrast');
});

test('8 mm slices open, and no density is given', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, folder('lung-dx-8mm'));
  await expectSeries(page, 'CT, 30 slices, 0.65 × 0.65 × 8.00 mm');
  // Inside a low thoracic body, placed by eye.
  const saved = await analyse(page, { T10: [-3.8, -87, 112] });
  expectFinite(saved);
  expect(saved.levels[0]?.warnings).toContainEqual(expect.objectContaining({ code: 'slices-too-thick', effect: 'refuse' }));
  const row = await resultOf(page, 'T10');
  await expect(row.getByTestId('cell-vbmd-measured')).toHaveText('—');
  await expect(row).toContainText('no estimate');
});
