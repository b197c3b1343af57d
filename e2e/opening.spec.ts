import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { DEFAULT_CT, writeSyntheticCt, type SyntheticFile } from '#src/testing/synthetic-dicom.ts';
import { chooseFiles, messages, openEmpty, openingEnds, openItem, pickLevel, positionOf, resultOf, type Lps } from './helpers/app.ts';

// Anisotropic, offset, and turned about the patient's long axis: swapped axes cannot show the right value under the cursor.
const [c, s] = [Math.cos(0.2), Math.sin(0.2)];
const huAt = (x: number, y: number, z: number) => Math.round(300 + 2 * x - 3 * y + 1.5 * (z + 840));
const OBLIQUE = { sizeVox: [70, 60, 24], spacingMm: [0.9, 1.1, 2.5], origin: [-31.5, 17.25, -840.5], directions: [[c, s, 0], [-s, c, 0]], huAt, seriesDescription: 'Turned grid' } as const;
const MIDDLE: Lps = [-31.5 + c * 30 - s * 33, 17.25 + s * 30 + c * 33, -840.5 + 28];

/** Drops files on the page as the browser would hand them over. */
async function drop(page: Page, files: readonly SyntheticFile[]): Promise<void> {
  const data = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of list) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0)], name));
    }
    window.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }, data);
  await openingEnds(page);
}

/** What the readout says of the point under the pointer; it follows within a frame. */
async function hoverAt(page: Page, { x, y }: { readonly x: number; readonly y: number }): Promise<string> {
  await page.mouse.move(0, 0);
  await expect(page.getByTestId('hover')).toHaveCount(0);
  await page.mouse.move(x, y);
  await expect(page.getByTestId('hover')).toContainText('HU');
  return page.getByTestId('hover').innerText();
}

test('dropped files open, and the cursor shows the HU and the place of an oblique grid', async ({ page }) => {
  await openEmpty(page);
  await drop(page, writeSyntheticCt(OBLIQUE));
  await expect(openItem(page)).toContainText('CT, 24 slices, 0.90 × 1.10 × 2.50 mm');
  for (const plane of ['axial', 'sagittal', 'coronal'] as const) {
    const { x, y } = await positionOf(page, plane, MIDDLE);
    const words = await hoverAt(page, { x, y });
    const [, hu, left, posterior, superior] = (/(-?\d+) HU\s+L (-?[\d.]+)\s+P (-?[\d.]+)\s+S (-?[\d.]+)/.exec(words) ?? []).map(Number);
    // The nearest voxel's value: half a voxel's way along the steepest direction is about 3.5 HU.
    expect(Math.abs((hu ?? Number.NaN) - huAt(left ?? 0, posterior ?? 0, superior ?? 0)), `${plane}: ${words}`).toBeLessThanOrEqual(4);
  }
});

test('the value under a pointer that rests follows the slices that come and those that are stepped to', async ({ page }) => {
  await openEmpty(page);
  await drop(page, writeSyntheticCt(OBLIQUE));
  await hoverAt(page, await positionOf(page, 'axial', MIDDLE));
  await drop(page, writeSyntheticCt({ ...OBLIQUE, huAt: (x, y, z) => huAt(x, y, z) + 137, seriesDescription: 'Brighter' }));
  await expect(openItem(page)).toContainText('Brighter');
  // The other series may be fitted another way: the value is that of the place which the readout names.
  await expect.poll(async () => {
    const [, hu, left, posterior, superior] = (/(-?\d+) HU\s+L (-?[\d.]+)\s+P (-?[\d.]+)\s+S (-?[\d.]+)/.exec(await page.getByTestId('hover').innerText()) ?? []).map(Number);
    return Math.abs((hu ?? Number.NaN) - 137 - huAt(left ?? 0, posterior ?? 0, superior ?? 0));
  }).toBeLessThanOrEqual(4);
  const superior = /S (-?[\d.]+)/.exec(await page.getByTestId('hover').innerText())?.[1];
  await page.getByTestId('plane-axial').focus();
  await page.keyboard.press('PageDown');
  await expect(page.getByTestId('hover')).not.toContainText(`S ${superior}`);
});

test('a tilted scan is shifted onto a straight grid, says so, and shows the right HU', async ({ page }) => {
  // 15 degrees of tilt: each slice lies 0.67 mm further back than the one below.
  const shear = 2.5 * Math.tan((15 * Math.PI) / 180);
  const straight = { ...OBLIQUE, directions: [[1, 0, 0], [0, 1, 0]], seriesDescription: 'Tilted' } as const;
  const tilted = Array.from({ length: OBLIQUE.sizeVox[2] }, (_, k) => {
    const [x, y, z] = [OBLIQUE.origin[0], OBLIQUE.origin[1] + k * shear, OBLIQUE.origin[2] + k * 2.5];
    const [file] = writeSyntheticCt({ ...straight, sizeVox: [70, 60, 1], origin: [x, y, z], change: () => ({ SOPInstanceUID: `1.2.840.99.${k + 1}`, InstanceNumber: k + 1, GantryDetectorTilt: -15 }) });
    if (!file) throw new Error('No slice was written.');
    return { ...file, name: `tilted-${k}.dcm` };
  });
  await openEmpty(page);
  await drop(page, tilted);
  await expect(openItem(page)).toContainText('CT, 24 slices, 0.90 × 1.10 × 2.50 mm');
  await expect(page.getByLabel('Series').getByText('tilted gantry (15.0°)')).toBeVisible();
  for (const [plane, z] of [['sagittal', -840.5 + 10], ['sagittal', -840.5 + 50], ['coronal', -840.5 + 40]] as const) {
    const { x, y } = await positionOf(page, plane, [-31.5 + 30, 17.25 + 38, z]);
    const words = await hoverAt(page, { x, y });
    const [, hu, left, posterior, superior] = (/(-?\d+) HU\s+L (-?[\d.]+)\s+P (-?[\d.]+)\s+S (-?[\d.]+)/.exec(words) ?? []).map(Number);
    expect(Math.abs((hu ?? Number.NaN) - huAt(left ?? 0, posterior ?? 0, superior ?? 0)), `${plane}: ${words}`).toBeLessThanOrEqual(5);
  }
});

test('slices that each have a rescale of their own show the right HU', async ({ page }) => {
  const [columns, rows] = OBLIQUE.sizeVox;
  // Signed, 16 bits, in halves and quarters of a HU: read with another slice's rescale, every value would be hundreds of HU off.
  const files = writeSyntheticCt({ ...OBLIQUE, change: (k, [x, y, z]) => {
    const [slope, intercept] = [[1, 0.5, 0.25][k % 3] ?? 1, -900 + 50 * k];
    const stored = Int16Array.from({ length: columns * rows }, (_none, n) => {
      const [i, j] = [n % columns, Math.floor(n / columns)];
      return (huAt(x + c * 0.9 * i - s * 1.1 * j, y + s * 0.9 * i + c * 1.1 * j, z) - intercept) / slope;
    });
    return { RescaleSlope: slope, RescaleIntercept: intercept, BitsStored: 16, HighBit: 15, PixelRepresentation: 1, PixelData: stored.buffer };
  } });
  await openEmpty(page);
  await drop(page, files);
  for (const plane of ['sagittal', 'coronal'] as const) {
    for (const up of [18, 25.5, 33]) {
      const words = await hoverAt(page, await positionOf(page, plane, [MIDDLE[0], MIDDLE[1], -840.5 + up]));
      const [, hu, left, posterior, superior] = (/(-?\d+) HU\s+L (-?[\d.]+)\s+P (-?[\d.]+)\s+S (-?[\d.]+)/.exec(words) ?? []).map(Number);
      expect(Math.abs((hu ?? Number.NaN) - huAt(left ?? 0, posterior ?? 0, superior ?? 0)), `${plane}: ${words}`).toBeLessThanOrEqual(4);
    }
  }
});

test('a chosen folder opens with its nested folders', async ({ page }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'osteolens-folder-'));
  mkdirSync(path.join(root, 'disc', 'series one'), { recursive: true });
  for (const { name, bytes } of writeSyntheticCt({ ...OBLIQUE, seriesDescription: 'Nested' })) writeFileSync(path.join(root, 'disc', 'series one', name), bytes);
  writeFileSync(path.join(root, 'README.TXT'), 'disc of the radiology department');
  await openEmpty(page);
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Folder…' }).click();
  await (await chosen).setFiles(root);
  await openingEnds(page);
  await expect(openItem(page)).toContainText('Nested');
  await expect(page.locator('.series-item img')).toHaveAttribute('src', /^data:image\/png/);
});

test('two series are listed, the longer opens, and each keeps its own picks', async ({ page }) => {
  const short = writeSyntheticCt({ ...OBLIQUE, sizeVox: [40, 40, 12], seriesInstanceUid: `${DEFAULT_CT.studyInstanceUid}.5`, seriesNumber: 5, seriesDescription: 'Short one' });
  await openEmpty(page);
  await drop(page, [...short.map((file) => ({ ...file, name: `short-${file.name}` })), ...writeSyntheticCt(OBLIQUE)]);
  await expect(openItem(page)).toContainText('Turned grid');
  await pickLevel(page, 'L2', MIDDLE);
  await resultOf(page, 'L2');
  await page.getByTestId('series-item').filter({ hasText: 'Short one' }).click();
  await expect(openItem(page)).toContainText('Short one');
  await expect(page.getByTestId('row-L2')).toHaveCount(0);
  // Picks of a series that is not shown count as unsaved too.
  await page.getByRole('banner').getByRole('button', { name: 'Demo' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Keep this study' }).click();
  await page.getByTestId('series-item').filter({ hasText: 'Turned grid' }).click();
  await resultOf(page, 'L2');
});

test('a WebGPU that cannot start falls back to WASM, and says so once', async ({ page }) => {
  const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };
  await page.route(/(asyncify|jspi)[^/]*\.wasm/, (route) => route.abort());
  await openEmpty(page, '&backend=webgpu');
  await chooseFiles(page, [{ name: 'demo.zip', mimeType: 'application/zip', buffer: readFileSync('public/demo/demo-study.zip') }]);
  await pickLevel(page, 'L1', truth.levels['L1']?.centreLps ?? [0, 0, 0]);
  await resultOf(page, 'L1');
  await pickLevel(page, 'L2', truth.levels['L2']?.centreLps ?? [0, 0, 0]);
  await resultOf(page, 'L2');
  await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', 'wasm');
  expect((await messages(page)).filter((sentence) => sentence.includes('WebGPU'))).toHaveLength(1);
});
