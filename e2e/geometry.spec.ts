import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { hasTestData, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { ACQUISITIONS, scanLattice } from '#src/testing/scan-orientations.ts';
import { writeSyntheticCt, type SyntheticCt, type SyntheticFile } from '#src/testing/synthetic-dicom.ts';
import { DEFAULT_SPINE, spineCentres, spineHu } from '#src/testing/synthetic-spine.ts';
import { chooseFiles, messages, openEmpty, openItem, pickLevel, positionOf, resultOf, savedResults, type Lps, type MemoryFile, type Plane } from './helpers/app.ts';

const LATTICE = { sizeXyz: [91, 97, 77], spacingXyzMm: [1.3, 1.15, 2.1], lowest: [-56.3, -116.2, 231.4] } as const;
const CENTRES = spineCentres() as unknown as readonly Lps[];

/** The synthetic spine without noise, at coordinates free of last-bit rounding: every acquisition of the lattice has the same HU. */
function spineAt(): SyntheticCt['huAt'] {
  const hu = spineHu({ ...DEFAULT_SPINE, noiseHu: 0 });
  const round = (mm: number) => Math.round(mm * 1e4) / 1e4;
  return (x, y, z) => hu(round(x), round(y), round(z)) + 8 * Math.sin(0.31 * round(x)) * Math.cos(0.23 * round(z));
}

function asFiles(files: readonly SyntheticFile[]): MemoryFile[] {
  return files.map(({ name, bytes }) => ({ name, mimeType: 'application/dicom', buffer: Buffer.from(bytes) }));
}

function axialSpine(overrides: Partial<SyntheticCt> = {}): SyntheticFile[] {
  const directions = ACQUISITIONS['axial, supine'] ?? [[1, 0, 0], [0, 1, 0]];
  return writeSyntheticCt({ ...scanLattice(LATTICE, directions), huAt: spineAt(), seriesDescription: 'Spine', sliceThicknessMm: 2.1, ...overrides });
}

/** A results file that holds nothing but picks: they are placed where it says, without snapping. */
function picksFile(centres: Readonly<Record<string, Lps>>): MemoryFile {
  const levels = Object.entries(centres).map(([level, centreLps]) => ({ level, centreLps }));
  return { name: 'picks.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, levels })) };
}

function parts(page: Page) {
  return page.getByTestId('series-part');
}

/** HU and place under the cursor where an LPS point is displayed. */
async function hoverAt(page: Page, plane: Plane, point: Lps): Promise<{ readonly hu: number; readonly words: string }> {
  const { x, y } = await positionOf(page, plane, point);
  await page.mouse.move(x, y);
  const words = await page.getByTestId('hover').innerText();
  return { hu: Number(/(-?\d+) HU/.exec(words)?.[1]), words };
}

test('picks in two parts of a series are saved in one file with their numbers, and come back to their parts', async ({ page }) => {
  const files = asFiles(axialSpine({ change: (k) => (k === 26 ? null : {}) }));
  const [lower, upper] = [CENTRES[0], CENTRES[3]];
  if (!lower || !upper) throw new Error('The synthetic spine has no such bodies.');
  const otherPart = (words: string) => page.getByTestId('series-item').filter({ hasText: words });
  await openEmpty(page);
  await chooseFiles(page, files);
  await chooseFiles(page, [picksFile({ L1: upper, L4: lower })]);
  await resultOf(page, 'L1');
  await expect(page.getByTestId('row-L4')).toHaveCount(0);
  await expect(page.getByTestId('picks-elsewhere')).toContainText('L4 on Spine, part 1 of 2');
  await otherPart('Part 1 of 2').click();
  await resultOf(page, 'L4');
  await expect(page.getByTestId('picks-elsewhere')).toContainText('L1 on Spine, part 2 of 2');
  const saved = await savedResults(page);
  expect(saved.levels.map(({ level, measurement }) => [level, measurement !== null])).toEqual([['L1', true], ['L4', true]]);

  await page.reload();
  await chooseFiles(page, [...files, { name: 'again.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(saved)) }]);
  await expect(page.getByTestId('picks-elsewhere')).toBeVisible();
  await page.getByTestId('series-item').and(page.locator(':not([aria-current="true"])')).filter({ hasText: 'of 77' }).click();
  await expect(page.getByTestId('picks-elsewhere')).toBeVisible();
  await expect(page.getByTestId('level-table').locator('[data-status="done"]')).toHaveCount(1, { timeout: 90_000 });
  const again = await savedResults(page);
  expect(again.levels.map(({ level, centreLps }) => ({ level, centreLps }))).toEqual(saved.levels.map(({ level, centreLps }) => ({ level, centreLps })));
  expect(again.levels.map(({ level }) => level)).toEqual(['L1', 'L4']);
});

test('a series without one slice opens in its larger part, shows where the hole is, and N opens the other part', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, asFiles(axialSpine({ change: (k) => (k === 26 ? null : {}) })));
  await expect(openItem(page)).toContainText('Part 2 of 2: slices 28 to 77 of 77');
  await expect(openItem(page)).toContainText('CT, 50 slices, 1.30 × 1.15 × 2.10 mm');
  await expect(parts(page)).toHaveText(['Part 2 of 2: slices 28 to 77 of 77', 'Part 1 of 2: slices 1 to 26 of 77']);
  await expect(page.getByLabel('Series').getByText('lacks 1 slice between 283.9 and 288.1 mm').first()).toBeVisible();

  await page.getByRole('button', { name: 'Reset view' }).click();
  const mark = page.getByTestId('part-end-sagittal');
  await expect(mark).toHaveText('1 slice missing here');
  // The words stand at the end of the part: half a slice below its lowest slice at z = 288.1 mm.
  const end = await positionOf(page, 'sagittal', [0, -60, 287.05]);
  const box = await mark.boundingBox();
  expect(Math.abs((box?.y ?? 0) + (box?.height ?? 0) / 2 - end.y)).toBeLessThan(25);
  await expect(page.getByTestId('part-end-coronal')).toHaveText('1 slice missing here');
  await page.screenshot({ path: 'test-results/part-2.png' });

  // A level near the hole is measured with the doubt of a scan's edge; nothing beyond the hole is used.
  await pickLevel(page, 'L3', [CENTRES[2]?.[0] ?? 0, CENTRES[2]?.[1] ?? 0, (CENTRES[2]?.[2] ?? 0) - 4]);
  await resultOf(page, 'L3');
  await chooseFiles(page, [picksFile({ L4: [4, -63, 290] })]);
  await resultOf(page, 'L4');
  const saved = await savedResults(page);
  expect(saved.levels.find(({ level }) => level === 'L4')?.warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['roi-outside-scan']));

  await page.getByTestId('plane-axial').focus();
  await page.keyboard.press('n');
  await expect(openItem(page)).toContainText('Part 1 of 2: slices 1 to 26 of 77');
  await expect(page.getByTestId('part-end-sagittal')).toHaveText('1 slice missing here');
  await expect(page.getByTestId('row-L3')).toHaveCount(0);
  await page.keyboard.press('n');
  await resultOf(page, 'L3');
});

test('a slice that cannot be decoded counts as missing: two parts, the file named, nothing painted over it', async ({ page }) => {
  const files = axialSpine().map((file, k) => (k === 50 ? { ...file, name: 'damaged.dcm', bytes: calledRle(file.bytes) } : file));
  await openEmpty(page);
  await chooseFiles(page, asFiles(files));
  await expect(openItem(page)).toContainText('Part 1 of 2: slices 1 to 50 of 77');
  await expect(parts(page)).toHaveCount(2);
  expect((await messages(page)).filter((sentence) => /^damaged\.dcm cannot be read \(.+\) and counts as a missing slice/.test(sentence))).toHaveLength(1);
  // Above the part's last slice, at z = 334.3 mm, there is nothing.
  await page.getByRole('button', { name: 'Reset view' }).click();
  expect((await hoverAt(page, 'sagittal', [4, -61, 333])).hu).toBeGreaterThan(50);
  expect((await hoverAt(page, 'sagittal', [4, -61, 338.5])).words).not.toContain('HU');
  await page.getByTestId('series-item').filter({ hasText: 'Part 2 of 2' }).click();
  await expect(openItem(page)).toContainText('slices 52 to 77 of 77');
});

test('a series whose slices all fail to decode is refused in one sentence', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, asFiles(axialSpine().map((file) => ({ ...file, bytes: calledRle(file.bytes) }))));
  await expect(openItem(page)).toHaveCount(0);
  expect((await messages(page)).filter((sentence) => sentence.startsWith('The series was not opened, because IM'))).toHaveLength(1);
  await expect(page.getByTestId('series-item')).toBeDisabled();
});

test('slices at two distances open as two parts, each with its own', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, asFiles(axialSpine({ change: (k) => (k > 40 && k % 2 === 1 ? null : {}) })));
  await expect(openItem(page)).toContainText('CT, 41 slices, 1.30 × 1.15 × 2.10 mm');
  await expect(page.getByTestId('series-item').filter({ hasText: '1.30 × 1.15 × 4.20 mm' })).toBeEnabled();
  await expect(page.getByLabel('Series').getByText('changes its slice distance from 2.1 to 4.2 mm').first()).toBeVisible();
  await page.getByRole('button', { name: 'Reset view' }).click();
  await expect(page.getByTestId('part-end-sagittal')).toHaveText('slice distance changes here');
});

test('the tilted head scan of two slice distances opens by distance, tilted', async ({ page }) => {
  test.skip(!hasTestData('edge', 'tilt-ge'), NO_TEST_DATA);
  const at = testDataPath('edge', 'tilt-ge');
  await openEmpty(page);
  await chooseFiles(page, readdirSync(at).map((name) => path.join(at, name)));
  await expect(openItem(page)).toContainText('(7 mm thick)');
  await expect(openItem(page)).toContainText('CT, 14 slices, 0.49 × 0.49 × 7.00 mm');
  await expect(page.getByTestId('series-item').filter({ hasText: '0.49 × 0.49 × 4.00 mm' })).toBeEnabled();
  await expect(page.getByLabel('Series').getByText('tilted gantry (18.5°)').first()).toBeVisible();
  await page.screenshot({ path: 'test-results/tilt-ge.png' });
});

test('a level beside the shifted slices of a tilted scan is not measured on the air that fills the grid', async ({ page }) => {
  // 15 degrees: at the 21st of 24 slices the grid's first 4.9 rows were never scanned.
  const shear = 2.5 * Math.tan((15 * Math.PI) / 180);
  const tilted = writeSyntheticCt({
    sizeVox: [70, 60, 24], spacingMm: [0.9, 1.1, 2.5], seriesDescription: 'Tilted', huAt: () => 150,
    change: (k, [x, y, z]) => ({ ImagePositionPatient: [x, y + k * shear, z], GantryDetectorTilt: -15 }),
  });
  await openEmpty(page);
  await chooseFiles(page, asFiles(tilted));
  await expect(openItem(page)).toContainText('CT, 24 slices');
  await chooseFiles(page, [picksFile({ L1: [0, 35.3, -790.5], L2: [0, 58, -815] })]);
  await resultOf(page, 'L1');
  await resultOf(page, 'L2');
  const [cut, whole] = (await savedResults(page)).levels;
  expect(cut?.measurement).toBeNull();
  expect(cut?.warnings).toContainEqual(expect.objectContaining({ code: 'roi-outside-scan', effect: 'refuse', sentence: expect.stringContaining('beside the slices') }));
  expect(whole?.measurement?.meanHu).toBeCloseTo(150, 1);
  expect(whole?.warnings.map(({ code }) => code)).toContain('tilt-resampled');
});

test('overlapping reconstructions in one series are listed apart by what sets them apart', async ({ page }) => {
  const sharp = axialSpine({ kernel: 'B70f', change: (k) => ({ SOPInstanceUID: `1.2.840.77.${k}` }) }).map((file) => ({ ...file, name: `sharp-${file.name}` }));
  await openEmpty(page);
  await chooseFiles(page, asFiles([...axialSpine(), ...sharp]));
  await expect(openItem(page)).toContainText('Spine (kernel B30f)');
  await expect(page.getByTestId('series-item').filter({ hasText: 'Spine (kernel B70f)' })).toBeEnabled();
});

test.describe('acquisitions along other axes', () => {
  const levels = Object.fromEntries(['L4', 'L3', 'L2'].map((level, n) => [level, CENTRES[n + 1] ?? [0, 0, 0]])) as Record<string, Lps>;

  async function measure(page: Page, name: string) {
    await openEmpty(page);
    const scanned = writeSyntheticCt({ ...scanLattice(LATTICE, ACQUISITIONS[name] ?? [[1, 0, 0], [0, 1, 0]]), huAt: spineAt(), sliceThicknessMm: 2.1, seriesDescription: name });
    await chooseFiles(page, asFiles(scanned));
    await expect(openItem(page)).toContainText(`CT, ${scanned.length} slices`);
    const planes: Record<string, string> = {};
    for (const plane of ['sagittal', 'axial', 'coronal'] as const) {
      const point = levels['L3'] ?? [0, 0, 0];
      const { hu, words } = await hoverAt(page, plane, point);
      expect(Math.abs(hu - spineAt()(...point)), `${name}, ${plane}: ${words}`).toBeLessThan(30);
    }
    await page.mouse.move(2, 2);
    for (const plane of ['sagittal', 'axial', 'coronal'] as const) {
      const box = await page.getByTestId(`plane-${plane}`).boundingBox();
      if (box === null) throw new Error('No plane.');
      planes[plane] = (await page.screenshot({ clip: box })).toString('base64');
    }
    await page.screenshot({ path: `test-results/${name.replaceAll(/[^a-z]+/g, '-')}.png` });
    await chooseFiles(page, [picksFile(levels)]);
    for (const level of Object.keys(levels)) await resultOf(page, level);
    return { saved: await savedResults(page), planes };
  }

  test('a sagittal and a decubitus acquisition show and measure as the axial supine one', async ({ page }) => {
    const twin = await measure(page, 'axial, supine');
    expect(twin.saved.levels).toHaveLength(3);
    for (const name of ['sagittal', 'axial, right decubitus']) {
      const { saved, planes } = await measure(page, name);
      for (const [n, { level, measurement, network }] of saved.levels.entries()) {
        const wanted = twin.saved.levels[n];
        // The same voxels in another order: 0.01 HU and mg/cm³ is rounding; the network's input is 32-bit.
        expect(measurement?.meanHu, `${name} ${level}`).toBeCloseTo(wanted?.measurement?.meanHu ?? Number.NaN, 2);
        expect(measurement?.vbmdMgCm3 ?? Number.NaN, `${name} ${level}`).toBeCloseTo(wanted?.measurement?.vbmdMgCm3 ?? 0, 2);
        expect(Math.abs((network?.vbmdMgCm3.value ?? Number.NaN) - (wanted?.network?.vbmdMgCm3.value ?? 0)), `${name} ${level}`).toBeLessThan(0.1);
      }
      for (const plane of ['sagittal', 'axial', 'coronal'] as const) {
        const difference = await meanGreyDifference(page, planes[plane] ?? '', twin.planes[plane] ?? '');
        // Mirrored or turned planes differ by tens of grey levels; the same ones by the texture filter alone.
        expect(difference, `${name}, ${plane} plane`).toBeLessThan(3);
      }
    }
  });
});

/** An uncompressed slice whose header says RLE: its header is good, its picture cannot be decoded. Both UIDs are 19 letters long. */
function calledRle(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  const at = Buffer.from(copy).indexOf('1.2.840.10008.1.2.1\0', 132, 'latin1');
  if (at < 0) throw new Error('No transfer syntax.');
  copy[at + 18] = '5'.codePointAt(0) ?? 0;
  return copy;
}

/** Mean absolute difference of two PNGs of one size, grey levels 0 to 255. */
async function meanGreyDifference(page: Page, one: string, other: string): Promise<number> {
  return page.evaluate(async (images) => {
    const pixels = await Promise.all(images.map(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      return context?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
    }));
    const [a = new Uint8ClampedArray(), b = new Uint8ClampedArray()] = pixels;
    if (a.length !== b.length || a.length === 0) return Number.POSITIVE_INFINITY;
    let sum = 0;
    for (let n = 0; n < a.length; n += 4) sum += Math.abs((a[n + 1] ?? 0) - (b[n + 1] ?? 0));
    return (4 * sum) / a.length;
  }, [one, other]);
}
