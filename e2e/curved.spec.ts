import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { hasTestData, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { chooseFiles, openEmpty, openItem, openingEnds, positionOf, type Lps } from './helpers/app.ts';

type Centres = Readonly<Record<string, Lps>>;

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps; readonly complete: boolean }> };
const DEMO: Centres = Object.fromEntries(Object.entries(truth.levels).filter(([, { complete }]) => complete).map(([level, { centreLps }]) => [level, centreLps]));

async function openDemo(page: Page): Promise<void> {
  await page.goto('/?spine=no');
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
}

async function givePicks(page: Page, centres: Centres, seriesInstanceUid?: string): Promise<void> {
  const levels = Object.entries(centres).map(([level, centreLps]) => ({ level, centreLps }));
  const text = JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid, levels });
  await chooseFiles(page, [{ name: 'picks.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(text) }]);
}

function pane(page: Page) {
  return page.getByTestId('plane-straightened');
}

/** Middle of a level's mark on the straightened pane, page pixels, once the pane has taken its place. */
async function markAt(page: Page, level: string): Promise<{ readonly x: number; readonly y: number }> {
  const ring = page.getByTestId(`mark-straightened-${level}`).locator('.straightened-ring');
  const read = async () => {
    const box = await ring.boundingBox();
    return box === null ? '' : `${box.x + box.width / 2} ${box.y + box.height / 2}`;
  };
  let last = '';
  await expect.poll(async () => {
    const before = last;
    last = await read();
    return last !== '' && last === before;
  }).toBe(true);
  const [x = 0, y = 0] = last.split(' ').map(Number);
  return { x, y };
}

async function focusOf(page: Page): Promise<Lps> {
  const part = async (plane: string, axis: number) => Number(((await page.getByTestId(`plane-${plane}`).getAttribute('data-centre')) ?? '').split(' ')[axis]);
  return [await part('sagittal', 0), await part('coronal', 1), await part('axial', 2)];
}

/** Grey values of the painted sheet. */
async function sheetPixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.straightened-box canvas');
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
    let sum = 0;
    for (let n = 0; n < data.length; n += 4) sum += data[n] ?? 0;
    return (4 * sum) / data.length;
  });
}

test('S asks for the straightened view: a sentence says what is missing, and with the third centre it comes', async ({ page }) => {
  await openDemo(page);
  await page.keyboard.press('s');
  const why = page.getByTestId('straightened-why');
  await expect(why).toHaveText('The straightened view needs the centres of three vertebrae, one below the other; none is marked so far.');
  await expect(pane(page)).toHaveCount(0);
  const [first, second, third] = Object.entries(DEMO);
  if (!first || !second || !third) throw new Error('The demo has fewer than three levels.');
  await givePicks(page, Object.fromEntries([first, second]), truth.seriesInstanceUid);
  await expect(why).toContainText('2 are marked so far');
  await givePicks(page, Object.fromEntries([third]), truth.seriesInstanceUid);
  await expect(pane(page)).toHaveAttribute('data-mm-per-pixel', /\d/);
  await expect(why).toHaveCount(0);
  await page.keyboard.press('s');
  await expect(pane(page)).toHaveCount(0);
  await expect(page.getByTestId('plane-coronal')).toBeVisible();
});

test('the straightened view shows the spine on one line at true lengths, and the focus is linked both ways', async ({ page }) => {
  await openDemo(page);
  await givePicks(page, DEMO, truth.seriesInstanceUid);
  await page.getByRole('button', { name: 'Straightened', exact: true }).click();
  await expect(pane(page)).toHaveAttribute('data-mm-per-pixel', /\d/);
  const names = Object.keys(DEMO);
  const marks = new Map<string, { readonly x: number; readonly y: number }>();
  // The pane is fitted again while levels come in from the file: all marks of one picture, or none.
  await expect.poll(async () => {
    const before = JSON.stringify([...marks]);
    for (const name of names) marks.set(name, await markAt(page, name));
    return JSON.stringify([...marks]) === before;
  }, { intervals: [400] }).toBe(true);
  const mmPerPixel = Number(await pane(page).getAttribute('data-mm-per-pixel'));
  for (const [n, name] of names.entries()) {
    const [here, above] = [marks.get(name), marks.get(names[n - 1] ?? '')];
    if (!here || !above) continue;
    expect(Math.abs(here.x - above.x), `${name} stands below ${names[n - 1]}`).toBeLessThan(0.6);
    const straightMm = Math.hypot(...(DEMO[name] ?? [0, 0, 0]).map((value, axis) => value - (DEMO[names[n - 1] ?? '']?.[axis] ?? 0)));
    // The curve is a little longer than the straight way between two centres.
    const alongMm = (here.y - above.y) * mmPerPixel;
    expect(alongMm / straightMm, `${names[n - 1]} to ${name}`).toBeGreaterThan(0.985);
    expect(alongMm / straightMm, `${names[n - 1]} to ${name}`).toBeLessThan(1.03);
  }
  await page.screenshot({ path: 'test-results/straightened-1440.png' });

  // With a level armed, a click would place it.
  await page.keyboard.press('Escape');
  // From the pane to the planes: a click beside L3, in the disc below it and 10 mm in front.
  const [l3, l4] = [marks.get('L3'), marks.get('L4')];
  if (!l3 || !l4) throw new Error('No marks.');
  await page.mouse.click(l3.x - 10 / mmPerPixel, (l3.y + l4.y) / 2);
  const between = (axis: 0 | 1 | 2) => ((DEMO['L3']?.[axis] ?? 0) + (DEMO['L4']?.[axis] ?? 0)) / 2;
  await expect.poll(async () => Math.abs((await focusOf(page))[2] - between(2))).toBeLessThan(3);
  const [x, y] = await focusOf(page);
  expect(Math.abs(x - between(0))).toBeLessThan(2);
  expect(Math.abs(y - (between(1) - 10))).toBeLessThan(2.5);

  // From the planes to the pane.
  const l2 = await positionOf(page, 'sagittal', DEMO['L2'] ?? [0, 0, 0]);
  await page.mouse.click(l2.x + 16, l2.y);
  const line = page.locator('.curved-focus path').nth(1);
  await expect.poll(async () => {
    const box = await line.boundingBox();
    return Math.abs((box?.y ?? 0) - (marks.get('L2')?.y ?? 0));
  }).toBeLessThan(8);
});

test('wheel, zoom, window and side work on the straightened view as on a plane, and R takes them back', async ({ page }) => {
  await openDemo(page);
  await givePicks(page, DEMO, truth.seriesInstanceUid);
  await page.keyboard.press('s');
  await markAt(page, 'L2');
  const fitted = await pane(page).getAttribute('data-mm-per-pixel');
  const { x, y } = await markAt(page, 'L1');
  // Beside the mark and its name, which take the pointer themselves.
  await page.mouse.move(x - 40, y);
  await page.mouse.wheel(0, 120);
  await page.mouse.wheel(0, 120);
  await expect(pane(page)).toHaveAccessibleName('Straightened sagittal view, 2 mm left');
  await pane(page).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('+');
  await expect(pane(page)).toHaveAccessibleName('Straightened sagittal view, 1 mm left');
  expect(Number(await pane(page).getAttribute('data-mm-per-pixel'))).toBeCloseTo(Number(fitted) / 1.2, 5);
  await expect(page.getByTestId('hover')).toContainText('HU');

  const bone = await sheetPixels(page);
  await page.getByRole('button', { name: 'Soft tissue' }).click();
  await expect.poll(() => sheetPixels(page)).toBeGreaterThan(bone + 10);

  await pane(page).focus();
  await page.keyboard.press('r');
  await expect(pane(page)).toHaveAccessibleName('Straightened sagittal view, through the centres');
  await expect(pane(page)).toHaveAttribute('data-mm-per-pixel', fitted ?? '');
  await page.getByRole('button', { name: 'Straightened coronal instead of sagittal' }).click();
  await expect(pane(page)).toHaveAccessibleName('Straightened coronal view, through the centres');
  await markAt(page, 'L2');
  await page.screenshot({ path: 'test-results/straightened-coronal.png' });
});

test('the real CT of the reference centres comes out straight, and a mark leads to its vertebra', async ({ page }) => {
  test.skip(!hasTestData('reference.json'), NO_TEST_DATA);
  const reference = JSON.parse(readFileSync(testDataPath('reference.json'), 'utf8')) as Record<string, { readonly levels: Record<string, { readonly centre: Lps }> }>;
  const centres = Object.fromEntries(Object.entries(reference['ts-example']?.levels ?? {}).map(([level, { centre }]) => [level, centre]));
  const folder = testDataPath('ct', 'ts-example');
  await openEmpty(page);
  await chooseFiles(page, readdirSync(folder).map((file) => path.join(folder, file)));
  await givePicks(page, centres);
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.keyboard.press('s');
  for (const [level, centre] of Object.entries(centres)) {
    await markAt(page, level);
    await page.getByTestId(`mark-straightened-${level}`).click();
    // The planes show whole slices of 3 mm.
    await expect.poll(async () => Math.hypot(...(await focusOf(page)).map((value, axis) => value - (centre[axis] ?? 0)))).toBeLessThan(2.7);
  }
  await page.screenshot({ path: 'test-results/straightened-real.png' });
});
