import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { readReferenceFiles } from '#src/testing/reference-files.ts';
import type { SavedResults } from '../helpers/app.ts';
import { pointOf, SLICES, stackOf, voxelAt } from '../helpers/coded-stack.ts';
import { expectDemoResults } from '../helpers/demo-results.ts';
import { serveCopy } from '../helpers/served-copy.ts';
import { startEngine, whyNoEngine, type RunningEngine } from './browsers.ts';
import { clickOn, countOf, greysOf, positionOnAxial, readGreys, readRowNames, readSheet, rowNames, resultsAreDone, textOf, textsOf } from './page-reading.ts';
import type { Tab } from './webdriver.ts';

/*
 * The built app in Firefox ESR and in WebKitGTK, as Debian packages them. docs/browsers.md says what this cannot cover. A test that does not run says
 * why; .ci/run installs both engines.
 */
const OPENING_LIMIT_MS = 90_000;
/** Mean greys of the cells of a plane may differ by this much of 255: engines place the panels to other fractions of a pixel. */
const GREY_TOLERANCE = 8;
const NO_FILES = 'This browser keeps no files for OsteoLens here';
/** The readout has one decimal; a little more than half of it. */
const READOUT_ROUNDING_MM = 0.051;
const FILE_INPUT = 'input[type="file"]';
const demoZip = join(process.cwd(), 'public/demo/demo-study.zip');
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: readonly number[] }> };

test.setTimeout(240_000);

for (const name of ['firefox', 'webkit'] as const) {
  test.describe(name, () => {
    const missing = whyNoEngine(name);
    if (missing !== null && process.env['OSTEOLENS_REQUIRE_ENGINES'] === '1') throw new Error(`The tests in ${name} must run here, but it is ${missing}.`);
    test.skip(missing !== null, `${name}: ${missing}`);
    // A WebKitGTK that is driven is a private window, which has no private file system.
    const hasNoFiles = name === 'webkit';
    let engine: RunningEngine;
    let tab: Tab;

    test.beforeAll(async () => {
      engine = await startEngine(name);
      tab = engine.tab;
      console.log(`${name}: ${engine.version}`);
    });

    test.afterAll(async () => {
      await engine?.stop();
    });

    test('the demo is drawn and named as in Chromium, confirmed, straightened and explained, within the policy', async ({ page }) => {
      const copy = await serveCopy();
      // The other tests draw with the processor where the engine says that its card is an imitation.
      await tab.goTo(`${copy.url}/?draw=webgl`);
      await page.goto('/');
      expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
      await expect.poll(() => textOf(tab, '[data-testid="proposals"]'), { timeout: OPENING_LIMIT_MS }).toContain('vertebrae are proposed');
      await resultsAreDone(tab);
      await expect(page.getByTestId('proposals')).toContainText('vertebrae are proposed', { timeout: OPENING_LIMIT_MS });
      expect(await rowNames(tab)).toEqual(await page.evaluate(readRowNames));

      for (const plane of ['sagittal', 'axial', 'coronal']) {
        const wanted = await page.evaluate(readGreys, plane);
        const got = await greysOf(tab, plane);
        expect(Math.max(...wanted) - Math.min(...wanted), `${plane} shows something`).toBeGreaterThan(60);
        expect(Math.max(...wanted.map((value, cell) => Math.abs(value - (got[cell] ?? Number.NaN)))), plane).toBeLessThanOrEqual(GREY_TOLERANCE);
      }

      await clickOn(tab, 'Confirm all');
      await expect.poll(() => textOf(tab, '[data-testid="patient-summary"]')).toMatch(/mg\/cm³/);
      await tab.press('s');
      await expect.poll(() => tab.evaluate(readSheet)).toBeGreaterThan(10);
      await clickOn(tab, 'Help');
      await expect.poll(() => textOf(tab, '[role="dialog"]')).toContain('Nothing you open leaves this computer');
      expect(await messages()).toEqual([]);
      expect(copy.violations).toEqual([]);
      await copy.stop();
    });

    test('files from the chooser are measured and saved with the numbers of Chromium', async ({ baseURL }) => {
      await openEmpty(`${baseURL}/?demo=no&spine=no&backend=wasm`);
      const levels = Object.keys(truth.levels);
      await tab.chooseFiles(FILE_INPUT, [demoZip, picksFile(levels)]);
      await expect.poll(() => rowNames(tab), { timeout: OPENING_LIMIT_MS }).toEqual(levels.map((level) => `row-${level}`));
      await resultsAreDone(tab);
      const before = new Set(readdirSync(engine.downloads));
      await clickOn(tab, 'Save results');
      const saved = await newFile(engine.downloads, before);
      expectDemoResults(JSON.parse(readFileSync(saved, 'utf8')) as SavedResults);
      expect(await textOf(tab, '[data-testid="backend"]')).toContain('WASM');
    });

    test('the codecs give the values that the same picture has uncompressed', async ({ baseURL }) => {
      const files = await readReferenceFiles();
      const readings: Record<string, readonly string[]> = {};
      for (const coding of ['native/explicit', 'lossless/j2k', 'lossless/htj2k', 'lossless/jls', 'lossless/jpeg70']) {
        await openEmpty(`${baseURL}/?demo=no&spine=no`);
        await tab.chooseFiles(FILE_INPUT, writeFiles(coding, stackOf(files.get(`${coding}-u12.dcm`) ?? new Uint8Array())));
        await expect.poll(() => textOf(tab, '[data-testid="series-item"]'), { timeout: OPENING_LIMIT_MS }).toContain(`${SLICES} slices`);
        await expect.poll(() => countOf(tab, '[data-testid="opening"]')).toBe(0);
        readings[coding] = await readoutsOfAxial();
      }
      const plain = readings['native/explicit'] ?? [];
      expect(new Set(plain).size).toBe(3);
      for (const reading of plain) expect(reading).toMatch(/-?\d+ HU/);
      expect(readings).toEqual(Object.fromEntries(Object.keys(readings).map((coding) => [coding, plain])));
    });

    test('on a host without headers the page is isolated, works offline, and offers a kept session again', async () => {
      const copy = await serveCopy({ hasHeaders: false });
      const address = `${copy.url}/?demo=no&spine=no`;
      await openEmpty(address);
      await expect.poll(() => orNull(tab.evaluate(() => crossOriginIsolated))).toBe(true);
      await expect.poll(() => tab.evaluate(() => document.querySelector('[data-testid="offline-sign"]')?.getAttribute('data-state')), { timeout: OPENING_LIMIT_MS }).toBe('ready');
      await copy.stop();
      await openEmpty(address);
      await tab.chooseFiles(FILE_INPUT, [demoZip, picksFile(['L1', 'L2'])]);
      await expect.poll(() => rowNames(tab), { timeout: OPENING_LIMIT_MS }).toEqual(['row-L1', 'row-L2']);
      await resultsAreDone(tab);
      await clickOn(tab, 'Keep in this browser…');
      await expect.poll(() => countOf(tab, '[role="dialog"]')).toBe(1);
      await clickOn(tab, 'Keep', '[role="dialog"] button');
      if (hasNoFiles) {
        await expect.poll(() => textOf(tab, '[role="dialog"]')).toContain(NO_FILES);
        return;
      }
      await expect.poll(async () => (await messages()).join()).toContain('is kept in this browser');
      await openEmpty(address);
      await tab.chooseFiles(FILE_INPUT, [demoZip]);
      await expect.poll(() => countOf(tab, '[data-testid="kept-offer"]'), { timeout: OPENING_LIMIT_MS }).toBe(1);
      await tab.press('b');
      await expect.poll(() => rowNames(tab)).toEqual(['row-L1', 'row-L2']);
    });

    /** The sentences on the page, but for the one that a private window brings. */
    async function messages(): Promise<string[]> {
      const all = await textsOf(tab, '[data-testid="message"] > span');
      return hasNoFiles ? all.filter((sentence) => !sentence.includes(NO_FILES)) : all;
    }

    async function openEmpty(url: string): Promise<void> {
      await tab.goTo(url);
      await expect.poll(() => orNull(countOf(tab, '[data-testid="welcome"]'))).toBe(1);
    }

    function picksFile(levels: readonly string[]): string {
      const path = join(engine.folder, 'picks.osteolens.json');
      const picks = levels.map((level) => ({ level, centreLps: truth.levels[level]?.centreLps }));
      writeFileSync(path, JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: truth.seriesInstanceUid, levels: picks }));
      return path;
    }

    function writeFiles(folder: string, files: readonly { readonly name: string; readonly buffer: Buffer }[]): string[] {
      mkdirSync(join(engine.folder, folder), { recursive: true });
      return files.map((file) => {
        const path = join(engine.folder, folder, file.name);
        writeFileSync(path, file.buffer);
        return path;
      });
    }

    /** What the page reads out at three voxels of the middle slice. */
    async function readoutsOfAxial(): Promise<string[]> {
      const readouts: string[] = [];
      for (const [i, j] of [[11, 8], [6, 5], [15, 10]] as const) {
        const point = pointOf(i, j, 10);
        let readout = '';
        // Until it is told of this very place: planes may still have been taking theirs.
        await expect.poll(async () => {
          const { x, y, aim } = wholePixelIn([i, j], point, await settledPosition(point));
          await tab.moveTo({ x: x + 40, y });
          await tab.moveTo({ x, y });
          await new Promise((resolve) => { setTimeout(resolve, 300); });
          readout = await textOf(tab, '[data-testid="hover"]');
          const [, left = NaN, back = NaN] = /HU\s+L (-?[\d.]+)\s+P (-?[\d.]+)/.exec(readout)?.map(Number) ?? [];
          return Math.max(Math.abs(left - aim[0]), Math.abs(back - aim[1]));
        }).toBeLessThan(READOUT_ROUNDING_MM);
        readouts.push(readout.replace(/ HU.*/, ' HU'));
      }
      return readouts;
    }

    /** Where a point is drawn once the planes have taken their places. */
    async function settledPosition(point: readonly number[]) {
      let place = await positionOnAxial(tab, point);
      await expect.poll(async () => {
        const before = place;
        place = await positionOnAxial(tab, point);
        return Math.hypot(place.x - before.x, place.y - before.y);
      }, { intervals: [300] }).toBe(0);
      return place;
    }
  });
}

/**
 * The mouse stands on whole pixels, which are nearly as large as a voxel here: of the four round a point, the one deepest within its voxel.
 * @returns the pixel and the LPS point that it shows
 */
function wholePixelIn([i, j]: readonly [number, number], point: readonly number[], place: Awaited<ReturnType<typeof positionOnAxial>>) {
  const [left = NaN, back = NaN] = point;
  const pixels = [Math.floor(place.x), Math.ceil(place.x)].flatMap((x) => [Math.floor(place.y), Math.ceil(place.y)].map((y) => {
    const aim = [left + (x - place.x) * place.mmPerPixel, back + (y - place.y) * place.mmPerPixel] as const;
    const [column, row] = voxelAt(aim);
    return { x, y, aim, fromMiddle: Math.max(Math.abs(column - i), Math.abs(row - j)) };
  }));
  const deepest = pixels.reduce((best, one) => (one.fromMiddle < best.fromMiddle ? one : best));
  expect(deepest.fromMiddle, 'a pixel within the voxel').toBeLessThan(0.5);
  return deepest;
}

/** On a host without headers the page loads itself once more, and what was asked of it meanwhile has no answer. */
function orNull<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch(() => null);
}

/** The one file that a download has added, once it is whole. */
async function newFile(folder: string, before: ReadonlySet<string>): Promise<string> {
  let found = '';
  await expect.poll(() => {
    found = readdirSync(folder).find((file) => !before.has(file) && file.endsWith('.json') && readFileSync(join(folder, file)).length > 0) ?? '';
    return found;
  }).not.toBe('');
  return join(folder, found);
}
