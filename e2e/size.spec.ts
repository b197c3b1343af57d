import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, type CDPSession, type Page } from '@playwright/test';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { chooseFiles, openEmpty, openingEnds, openItem, pickLevel, positionOf, resultOf, savedResults, type Lps, type Plane } from './helpers/app.ts';

/** HU falls and rises along every axis by another amount: a slice, row or column out of place shows another value. */
const huInPlane = (x: number, y: number) => 300 + x - 1.5 * y;
const huAlongZ = (z: number) => 0.5 * z;
const huAt = (x: number, y: number, z: number) => Math.round(huInPlane(x, y) + huAlongZ(z));

type Study = { readonly columns: number; readonly rows: number; readonly slices: number; readonly spacingMm: Lps; readonly description: string; readonly uid: string };

/** Writes a study slice by slice, centred on the origin; nothing of it stays in memory. */
function writeStudy(folder: string, { columns, rows, slices, spacingMm: [sx, sy, sz], description, uid }: Study): string[] {
  mkdirSync(folder, { recursive: true });
  const [x0, y0, z0] = [(-columns * sx) / 2, (-rows * sy) / 2, (-slices * sz) / 2];
  // Half added, for typed arrays cut fractions off.
  const inPlane = Float64Array.from({ length: columns * rows }, (_none, n) => 1024.5 + huInPlane(x0 + (n % columns) * sx, y0 + Math.floor(n / columns) * sy));
  const stored = new Uint16Array(columns * rows);
  return Array.from({ length: slices }, (_none, k) => {
    const z = z0 + k * sz;
    for (let n = 0; n < stored.length; n += 1) stored[n] = (inPlane[n] ?? 0) + huAlongZ(z);
    const [file] = writeSyntheticCt({
      sizeVox: [1, 1, 1],
      spacingMm: [sx, sy, sz],
      origin: [x0, y0, z],
      seriesInstanceUid: uid,
      studyInstanceUid: `${uid}.0`,
      seriesDescription: description,
      change: () => ({ Rows: rows, Columns: columns, PixelData: new ArrayBuffer(2), InstanceNumber: k + 1, SOPInstanceUID: `${uid}.${k + 1}` }),
    });
    // The pixels are the last element, and its value comes last, behind its length: dcmjs takes 13 ms to write half a megabyte.
    const header = Buffer.from(file?.bytes.subarray(0, -2) ?? []);
    header.writeUInt32LE(stored.byteLength, header.length - 4);
    const name = path.join(folder, `IM${k}.dcm`);
    writeFileSync(name, Buffer.concat([header, Buffer.from(stored.buffer)]));
    return name;
  });
}

let root = '';
test.beforeAll(() => { root = mkdtempSync(path.join(tmpdir(), 'osteolens-size-')); });
test.afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The axis across a plane: there the focus decides, not the mouse. */
const ACROSS: Readonly<Record<Plane, number>> = { sagittal: 0, coronal: 1, axial: 2 };

/** Points the mouse at a place and compares what stands there with the formula; half a voxel's way is allowed. */
async function expectHu(page: Page, plane: Plane, point: Lps, tolerance: number): Promise<void> {
  const { x, y } = await positionOf(page, plane, point);
  await page.mouse.move(x, y);
  await expect(page.getByTestId('hover')).toContainText('HU');
  await expect(async () => {
    const words = await page.getByTestId('hover').innerText();
    const [, hu, left, posterior, superior] = (/(-?\d+) HU\s+L (-?[\d.]+)\s+P (-?[\d.]+)\s+S (-?[\d.]+)/.exec(words) ?? []).map(Number);
    const offMm = [left, posterior, superior].map((mm, axis) => (axis === ACROSS[plane] ? 0 : Math.abs((mm ?? Number.NaN) - (point[axis] ?? 0))));
    expect(Math.max(...offMm), words).toBeLessThan(3);
    expect(Math.abs((hu ?? Number.NaN) - huAt(left ?? 0, posterior ?? 0, superior ?? 0)), words).toBeLessThanOrEqual(tolerance);
  }).toPass({ timeout: 5_000 });
}

type Megabytes = { readonly renderer: number; readonly gpu: number };

/** Resident memory of the page's and the graphics process, now (VmRSS) or at its highest (VmHWM). Linux only. */
async function memoryOf(browserSession: CDPSession, field: 'VmRSS' | 'VmHWM'): Promise<Megabytes> {
  const { processInfo } = (await browserSession.send('SystemInfo.getProcessInfo')) as { processInfo: { type: string; id: number }[] };
  const largest = (type: string) =>
    Math.max(...processInfo.filter((one) => one.type === type).map(({ id }) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) / 1024));
  return { renderer: largest('renderer'), gpu: largest('GPU') };
}

/** Counts the 3D textures that were made and not deleted. */
async function countVolumesOnCard(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const volumes = new Set<unknown>();
    Object.assign(globalThis, { volumesOnCard: volumes });
    let bound: unknown = null;
    const watch = (name: 'bindTexture' | 'deleteTexture' | 'texStorage3D', see: (...given: readonly unknown[]) => void) => {
      const prototype = WebGL2RenderingContext.prototype as unknown as Record<string, (...given: readonly unknown[]) => unknown>;
      const own = prototype[name];
      prototype[name] = function watched(this: unknown, ...given) {
        see(...given);
        return own?.apply(this, [...given]);
      };
    };
    watch('bindTexture', (target, texture) => { if (target === WebGL2RenderingContext.TEXTURE_3D) bound = texture; });
    watch('texStorage3D', () => { if (bound !== null) volumes.add(bound); });
    watch('deleteTexture', (texture) => { volumes.delete(texture); });
  });
  return () => page.evaluate(() => (globalThis as unknown as { volumesOnCard: Set<unknown> }).volumesOnCard.size);
}

const SMALL: Study = { columns: 70, rows: 60, slices: 40, spacingMm: [0.9, 1.1, 2.5], description: 'Forty slices', uid: '1.2.840.99.40' };

test('a series that does not fit into memory is asked about, and what is opened of it is right and says so', async ({ page }) => {
  // 70 × 60 in two copies of 16 bit is 16.4 kB a slice: 25 slices fit into 0.4 MB.
  const files = writeStudy(path.join(root, 'small'), SMALL);
  await openEmpty(page, '&maxMegabytes=0.401&draw=webgl');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Files…' }).click();
  await (await chosen).setFiles(files);
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('Forty slices has 40 slices and needs 1 MB');
  await expect(question).toContainText('slices 5 instead of 2.5 mm apart (each stays 3 mm thick)');
  await expect(question).toContainText('A part: 25 slices (63 mm) at full resolution');
  await page.screenshot({ path: test.info().outputPath('size-question.png') });
  await question.getByRole('button', { name: 'Every second slice' }).click();
  await openingEnds(page);
  await expect(openItem(page)).toContainText('CT, 20 slices, 0.90 × 1.10 × 5.00 mm');
  await expect(page.getByLabel('Series').getByText('Only every second slice is open')).toBeVisible();
  // Half a slice's way, now 2.5 mm, is 1.25 HU.
  for (const z of [-40, 1, 35]) await expectHu(page, 'sagittal', [0, 12, z], 4);
  await expectHu(page, 'coronal', [-20, 0, 20], 4);
  await pickLevel(page, 'L2', [0, 0, 0]);
  await resultOf(page, 'L2');
  const { levels } = await savedResults(page);
  expect(levels[0]?.warnings.map(({ code }) => code)).toContain('every-second-slice');
});

test('a part of a series that does not fit is the end that was asked for, at full resolution', async ({ page }) => {
  const files = writeStudy(path.join(root, 'small'), SMALL);
  await openEmpty(page, '&maxMegabytes=0.401&draw=webgl');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Files…' }).click();
  await (await chosen).setFiles(files);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Part towards the head' }).click();
  await openingEnds(page);
  await expect(openItem(page)).toContainText('CT, 25 slices, 0.90 × 1.10 × 2.50 mm');
  await expect(page.getByLabel('Series').getByText('15 slices outside (37.5 mm)')).toBeVisible();
  for (const z of [-10, 20, 45]) await expectHu(page, 'sagittal', [0, 12, z], 4);
});

test('a series that is not opened in part leaves the page as it was', async ({ page }) => {
  const files = writeStudy(path.join(root, 'small'), SMALL);
  await openEmpty(page, '&maxMegabytes=0.401&draw=webgl');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Files…' }).click();
  await (await chosen).setFiles(files);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await openingEnds(page);
  await expect(openItem(page)).toHaveCount(0);
  // The list still offers it, and it is asked again.
  await page.getByTestId('series-item').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Middle part' }).click();
  await openingEnds(page);
  await expect(openItem(page)).toContainText('CT, 25 slices');
});

test('1,500 slices of 512² open within 4 GB and show the right HU at both ends', async ({ page, browser }) => {
  test.setTimeout(300_000);
  const study: Study = { columns: 512, rows: 512, slices: 1500, spacingMm: [0.7, 0.75, 0.8], description: 'Whole body', uid: '1.2.840.99.1500' };
  const files = writeStudy(path.join(root, 'large'), study);
  // With a second copy on the graphics card.
  await openEmpty(page, '&draw=webgl');
  await chooseFiles(page, files);
  await expect(openItem(page)).toContainText('CT, 1500 slices, 0.70 × 0.75 × 0.80 mm');
  for (const z of [-590, -3, 590]) await expectHu(page, 'sagittal', [0, 100, z], 2);
  for (const z of [-590, 590]) await expectHu(page, 'coronal', [-150, 0, z], 2);
  // What the axial plane shows is zoomed to where the spine may be.
  const [x = 0, y = 0, z = 0] = ((await page.getByTestId('plane-axial').getAttribute('data-centre')) ?? '').split(' ').map(Number);
  await expectHu(page, 'axial', [x + 15, y - 12, z], 2);
  const { renderer, gpu } = await memoryOf(await browser.newBrowserCDPSession(), 'VmHWM');
  console.log(`1,500 slices: page ${Math.round(renderer)} MB, graphics ${Math.round(gpu)} MB at most`);
  // 786 MB in each process and what the browser takes anyway; a second copy in either would not pass.
  expect(renderer).toBeLessThan(1500);
  expect(gpu).toBeLessThan(1400);
});

test('a second study frees the first, and twenty in a row do not grow memory', async ({ page, browser }) => {
  test.setTimeout(300_000);
  // 15 MB in each process: a study that stays would show after a few.
  const one: Study = { columns: 256, rows: 256, slices: 120, spacingMm: [1, 1.1, 1.5], description: 'Study one', uid: '1.2.840.99.71' };
  const studies = [writeStudy(path.join(root, 'one'), one), writeStudy(path.join(root, 'two'), { ...one, description: 'Study two', uid: '1.2.840.99.72' })];
  const volumesOnCard = await countVolumesOnCard(page);
  await openEmpty(page, '&draw=webgl');
  const browserSession = await browser.newBrowserCDPSession();
  const session = await page.context().newCDPSession(page);
  const settled = async (): Promise<Megabytes & { readonly heap: number }> => {
    for (let n = 0; n < 3; n += 1) await session.send('HeapProfiler.collectGarbage');
    await page.waitForTimeout(500);
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return { ...(await memoryOf(browserSession, 'VmRSS')), heap: usedSize / 2 ** 20 };
  };
  let early: Awaited<ReturnType<typeof settled>> | null = null;
  for (let n = 0; n < 20; n += 1) {
    await chooseFiles(page, studies[n % 2] ?? []);
    await expect(openItem(page)).toContainText(n % 2 === 0 ? 'Study one' : 'Study two');
    // Made when the planes are drawn.
    await expect.poll(volumesOnCard, { message: `after study ${n + 1}` }).toBe(1);
    // The network starts once, a moment after the first opening, and takes some 100 MB that stay.
    if (n === 0) await expect(page.getByText('not loaded yet')).toHaveCount(0);
    // The first few fill caches and pools that stay.
    if (n === 5) early = await settled();
  }
  const late = await settled();
  console.log('memory after 6 and 20 studies, MB', early, late);
  // Fourteen more studies of 15 MB: 210 MB in each process if they stayed.
  expect(late.renderer - (early?.renderer ?? 0)).toBeLessThan(60);
  expect(late.gpu - (early?.gpu ?? 0)).toBeLessThan(60);
  expect(late.heap - (early?.heap ?? 0)).toBeLessThan(10);
});
