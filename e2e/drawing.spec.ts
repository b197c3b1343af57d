import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { hasTestData, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { obliqueSform, writeNifti } from '#src/testing/synthetic-nifti.ts';
import { chooseFiles, messages, openEmpty, type MemoryFile, type Plane } from './helpers/app.ts';

/*
 * Planes are drawn by WebGL where there is a graphics card, and by the processor where there is none (docs/decisions/0012): the same picture, pixel by
 * pixel. Tests run without a graphics card, so what the other specs see is drawn by the processor; WebGL in software is asked for here.
 */

const PLANES: readonly Plane[] = ['sagittal', 'axial', 'coronal'];

type Picture = { readonly width: number; readonly height: number; readonly greys: readonly number[] };

async function pictureOf(page: Page, plane: Plane): Promise<Picture> {
  return page.getByTestId(`plane-${plane}`).evaluate((surface) => {
    const canvas = surface.closest('.plane-viewport')?.querySelector('canvas');
    if (!canvas) throw new Error('There is no canvas.');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy?.drawImage(canvas, 0, 0);
    const { data } = copy?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return { width: canvas.width, height: canvas.height, greys: Array.from(data).filter((_value, n) => n % 4 === 0) };
  });
}

/** Once every plane shows something and nothing changes any more. */
async function picturesOf(page: Page): Promise<Readonly<Record<Plane, Picture>>> {
  const sums = () => page.evaluate(() => [...document.querySelectorAll<HTMLCanvasElement>('.plane-viewport canvas')].map((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy?.drawImage(canvas, 0, 0);
    const { data } = copy?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8ClampedArray() };
    let sum = 0;
    for (let n = 0; n < data.length; n += 4) sum = (Math.imul(sum, 31) + (data[n] ?? 0)) | 0;
    return sum;
  }));
  let now: readonly number[] = [];
  await expect.poll(async () => {
    const before = now;
    now = await sums();
    return now.length === PLANES.length && now.every((sum, n) => sum !== 0 && sum === before[n]);
  }, { intervals: [500] }).toBe(true);
  return { sagittal: await pictureOf(page, 'sagittal'), axial: await pictureOf(page, 'axial'), coronal: await pictureOf(page, 'coronal') };
}

/** How far two pictures are apart, in greys of 255. */
function difference(a: Picture, b: Picture): { readonly size: string; readonly mean: number; readonly share: number } {
  const apart = a.greys.map((grey, n) => Math.abs(grey - (b.greys[n] ?? NaN)));
  return { size: `${a.width}×${a.height}`, mean: apart.reduce((sum, one) => sum + one, 0) / apart.length, share: apart.filter((one) => !(one <= 6)).length / apart.length };
}

async function drawnBoth(page: Page, open: () => Promise<void>, move: () => Promise<void>): Promise<void> {
  const drawn: Readonly<Record<Plane, Picture>>[] = [];
  for (const kind of ['webgl', 'canvas'] as const) {
    await openEmpty(page, `&draw=${kind}`);
    await open();
    await move();
    drawn.push(await picturesOf(page));
  }
  const [card, processor] = drawn;
  for (const plane of PLANES) {
    if (!card || !processor) throw new Error('There are two drawings.');
    const apart = difference(card[plane], processor[plane]);
    expect(new Set(card[plane].greys).size, `${plane} shows something`).toBeGreaterThan(20);
    expect([card[plane].width, card[plane].height]).toEqual([processor[plane].width, processor[plane].height]);
    expect(apart.mean, plane).toBeLessThan(1);
    // Rims of the volume, where a pixel is black or not.
    expect(apart.share, plane).toBeLessThan(0.01);
  }
}

/** Zoomed and moved, so that the middle of the canvas is not the middle of the scan. */
async function zoomAndStep(page: Page): Promise<void> {
  for (const plane of PLANES) {
    const surface = page.getByTestId(`plane-${plane}`);
    await surface.press('PageDown');
    await surface.press('+');
  }
}

test('an oblique volume with unequal spacing is the same picture from the graphics card and from the processor', async ({ page }) => {
  const valueAt = (i: number, j: number, k: number): number => Math.round(400 + 500 * Math.sin(i / 3) * Math.cos(j / 4) + 300 * Math.sin(k / 2 + i / 9));
  const content = writeNifti({ sizeVox: [60, 52, 26], sform: obliqueSform([1.2, 1.3, 2], [40, -20, -300]), numberType: 'int16', valueAt });
  const files: MemoryFile[] = [{ name: 'waves.nii', mimeType: 'application/octet-stream', buffer: Buffer.from(content) }];
  await drawnBoth(page, () => chooseFiles(page, files), () => zoomAndStep(page));
  expect((await messages(page)).filter((sentence) => sentence.includes('graphics card'))).toEqual([]);
});

test('a real chest CT is the same picture from the graphics card and from the processor', async ({ page }) => {
  test.skip(!hasTestData(), NO_TEST_DATA);
  const folder = testDataPath('ct/lidc-0314-chest');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  await drawnBoth(page, () => chooseFiles(page, files), () => zoomAndStep(page));
});
