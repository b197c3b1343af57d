import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { chooseFiles, openEmpty, openingEnds, openItem, pickLevel, positionOf, resultOf, savedResults, type Lps, type SavedResults } from './helpers/app.ts';

/** Written by `python -m vertebra demo-reference`: the network in Python at the true centres of the demo study. */
type DemoReference = {
  readonly modelSha256: string;
  readonly tolerance: number;
  readonly levels: Record<string, { readonly centreLps: Lps; readonly outputs: Record<string, readonly number[]>; readonly outsideFraction: number }>;
};
type Truth = { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps; readonly vbmdMgCm3: number }> };

const reference = JSON.parse(readFileSync('e2e/fixtures/demo-reference.json', 'utf8')) as DemoReference;
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;
const LEVELS = ['L1', 'L2', 'L3', 'L4'] as const;

/** Of each output's range over the levels; design.md section 6. */
const TOLERANCE = 1e-3;
/** A mouse click snaps to within this of the body's true centre, mm. */
const SNAP_MM = 6;

function centreOf(level: string): Lps {
  const centre = truth.levels[level]?.centreLps;
  if (!centre) throw new Error(`The demo has no ${level}.`);
  return centre;
}

/** The demo without proposals: levels are placed alone. */
async function openDemo(page: Page, query = ''): Promise<void> {
  await page.goto(`/?spine=no${query}`);
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
}

function levelOf(saved: SavedResults, level: string): SavedResults['levels'][number] {
  const found = saved.levels.find((one) => one.level === level);
  if (!found) throw new Error(`${level} was not saved.`);
  return found;
}

/** Largest difference, as a share of the range of the reference values over all levels. */
function expectEqual(name: string, got: (level: string) => number | undefined, wanted: (level: string) => number | undefined): void {
  const values = Object.keys(reference.levels).map((level) => wanted(level) ?? Number.NaN);
  const range = Math.max(...values) - Math.min(...values);
  expect(range, `${name} differs between levels`).toBeGreaterThan(0);
  for (const level of LEVELS) {
    const difference = Math.abs((got(level) ?? Number.NaN) - (wanted(level) ?? Number.NaN));
    expect(difference, `${name} at ${level}`).toBeLessThanOrEqual(TOLERANCE * range);
  }
}

test('the demo opens without a click, is marked synthetic, and results are one click away', async ({ page }) => {
  await openDemo(page);
  await expect(page.getByTestId('synthetic')).toBeVisible();
  await expect(page.getByTestId('research-notice')).toContainText('Not a medical device');
  await pickLevel(page, 'L1', centreOf('L1'));
  const row = await resultOf(page, 'L1');
  await expect(row.getByTestId('cell-probability')).toHaveText(/%/);
});

/** Where a pick snaps to and what is measured there is the backend's no business; WebGPU in software takes seconds a level. */
for (const [backend, byMouse] of [['wasm', LEVELS], ['webgpu', ['L1']]] as const) {
  test(`${byMouse.join(', ')} picked with the mouse, a row each, and the Python numbers of L1 to L4 on the same patches, through ${backend}`, async ({ page }) => {
    await openDemo(page, `&backend=${backend}`);
    for (const [n, level] of byMouse.entries()) {
      const [x, y, z] = centreOf(level);
      // Off centre by a different few millimetres each time, as a hand is.
      await pickLevel(page, level, [x, y + 2 - n, z - 2 + n]);
    }
    for (const level of byMouse) await resultOf(page, level);
    await expect(page.getByTestId('level-table').locator('tbody tr')).toHaveCount(byMouse.length);
    await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', backend);
    const picked = await savedResults(page);
    for (const level of byMouse) {
      const { centreLps, measurement } = levelOf(picked, level);
      const miss = Math.hypot(...centreLps.map((value, axis) => value - (centreOf(level)[axis] ?? 0)));
      expect(miss, `${level} snapped to the body's centre`).toBeLessThanOrEqual(SNAP_MM);
      const vbmd = truth.levels[level]?.vbmdMgCm3 ?? Number.NaN;
      expect(Math.abs((measurement?.vbmdMgCm3 ?? Number.NaN) - vbmd), `${level} measures its true density`).toBeLessThanOrEqual(0.1 * vbmd);
    }

    // The same patches as Python's: the true centres, given by a file, so that both languages crop at the same place.
    const picks = { format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: truth.seriesInstanceUid, levels: LEVELS.map((level) => ({ level, centreLps: reference.levels[level]?.centreLps })) };
    await chooseFiles(page, [{ name: 'true-centres.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(picks)) }]);
    for (const level of LEVELS) await resultOf(page, level);
    const saved = await savedResults(page);
    const device = (level: string, index: number) => levelOf(saved, level).network?.devices[index];
    expect(levelOf(saved, 'L1').run).toMatchObject({ backend, modelSha256: reference.modelSha256 });
    for (const level of LEVELS) expect(levelOf(saved, level).centreLps).toEqual(reference.levels[level]?.centreLps);
    expectEqual('vBMD', (level) => levelOf(saved, level).network?.vbmdMgCm3.value, (level) => reference.levels[level]?.outputs['vbmd']?.[0]);
    for (const index of [0, 1, 2, 3]) {
      expectEqual(`aBMD of device ${index}`, (level) => device(level, index)?.abmd.value, (level) => reference.levels[level]?.outputs['abmd']?.[index]);
    }
  });
}

test('a pick is moved by dragging, nudged, removed, undone, and labels are shifted, all from the keyboard too', async ({ page }) => {
  await openDemo(page);
  await pickLevel(page, 'L2', centreOf('L2'));
  await resultOf(page, 'L2');
  const before = levelOf(await savedResults(page), 'L2').centreLps;

  const mark = page.getByTestId('mark-sagittal-L2').getByRole('button');
  await mark.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+ArrowRight');
  await resultOf(page, 'L2');
  const nudged = levelOf(await savedResults(page), 'L2').centreLps;
  expect(nudged[1] - before[1]).toBeCloseTo(5, 3);
  expect(nudged[2] - before[2]).toBeCloseTo(-1, 3);

  const from = await positionOf(page, 'sagittal', nudged);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x - 12, from.y + 4, { steps: 4 });
  await page.mouse.up();
  await resultOf(page, 'L2');
  const dragged = levelOf(await savedResults(page), 'L2').centreLps;
  expect(dragged[1]).toBeLessThan(nudged[1]);
  expect(dragged[0]).toBeCloseTo(nudged[0], 6);

  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await resultOf(page, 'L2');
  expect(levelOf(await savedResults(page), 'L2').centreLps).toEqual(before);

  await page.keyboard.press(']');
  await resultOf(page, 'L3');
  await expect(page.getByTestId('row-L2')).toHaveCount(0);
  await page.keyboard.press('[');
  await resultOf(page, 'L2');
  await page.getByRole('button', { name: 'Go to L2' }).click();
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('row-L2')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await resultOf(page, 'L2');
});

test('levels are picked without a mouse: step the planes to the body, arm by number, place at the crosshair', async ({ page }) => {
  await openDemo(page);
  const [x, y, z] = centreOf('L3');
  // Each plane's slices move the crosshair along one axis: x, y and z in turn, and up again where the number is too high.
  await stepTo(page, 'sagittal', 0, x, 1);
  await stepTo(page, 'coronal', 1, y, 1);
  await stepTo(page, 'axial', 2, z, -1);
  await page.keyboard.press('3');
  await expect(page.getByTestId('picking-hint')).toContainText('L3');
  await page.keyboard.press('x');
  await resultOf(page, 'L3');
  const { centreLps } = levelOf(await savedResults(page), 'L3');
  expect(Math.hypot(centreLps[0] - x, centreLps[1] - y, centreLps[2] - z)).toBeLessThanOrEqual(SNAP_MM);
});

/** Presses arrow keys on a plane until its slice is the nearest to a coordinate; slices rise along `sign` of the axis. */
async function stepTo(page: Page, plane: 'sagittal' | 'axial' | 'coronal', axis: 0 | 1 | 2, target: number, sign: 1 | -1): Promise<void> {
  const slider = page.getByTestId(`plane-${plane}`);
  const positionMm = async () => Number(((await slider.getAttribute('data-centre')) ?? '').split(' ')[axis]);
  await slider.focus();
  for (let presses = 0; presses < 400; presses += 1) {
    const gap = (target - (await positionMm())) * sign;
    if (Math.abs(gap) <= 1.3) return;
    const before = await positionMm();
    await page.keyboard.press(gap > 0 ? 'ArrowDown' : 'ArrowUp');
    await expect.poll(positionMm).not.toBe(before);
  }
  throw new Error(`The ${plane} plane did not reach ${target} mm.`);
}

test('cancel ends the loading and leaves nothing half open', async ({ page }) => {
  await openEmpty(page);
  await page.getByRole('banner').getByRole('button', { name: 'Demo' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('opening')).toHaveCount(0);
  await expect(openItem(page)).toHaveCount(0);
  await expect(page.getByTestId('welcome')).toBeVisible();
});
