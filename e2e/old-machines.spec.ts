import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { hasTestData, NO_TEST_DATA, testDataPath } from '#src/testing/load-real-ct.ts';
import { readReferenceFiles } from '#src/testing/reference-files.ts';
import { chooseFiles, messages, openEmpty, openingEnds, openItem, pickLevel, positionOf, resultOf, savedResults, type Lps, type Plane } from './helpers/app.ts';
import { stackOf } from './helpers/coded-stack.ts';
import { hurryTimers } from './helpers/hurried-timers.ts';
import { killWorkers, killWorkersOf, prependToWorkers, type WorkerName } from './helpers/worker-faults.ts';

/*
 * Issue 6, point 4: what a browser takes away from a page on an old machine. Each fault is injected into the built page, and what was asked for is
 * there in the end, or a sentence says what to do.
 */

type Truth = { readonly levels: Record<string, { readonly centreLps: Lps }> };
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;

function centreOf(level: string): Lps {
  const centre = truth.levels[level]?.centreLps;
  if (!centre) throw new Error(`The demo has no ${level}.`);
  return centre;
}

async function openDemo(page: Page, query = '?spine=no'): Promise<void> {
  await page.goto(`/${query}`);
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
}

/** What of a level must be the same whatever happened on the way. */
async function numbersOf(page: Page, level: string) {
  const one = (await savedResults(page)).levels.find((saved) => saved.level === level);
  return { centre: one?.centreLps, hu: one?.measurement?.meanHu, vbmd: one?.network?.vbmdMgCm3.value };
}

test.describe('a worker that the browser kills', () => {
  test('the level is the same to the last bit where each of its workers died once, and nothing is said', async ({ browser }) => {
    const analyse = async (names: readonly WorkerName[]) => {
      const page = await browser.newPage();
      const died = await killWorkersOf(page, names, 1);
      await openDemo(page);
      await pickLevel(page, 'L2', centreOf('L2'));
      await resultOf(page, 'L2');
      const numbers = await numbersOf(page, 'L2');
      expect(died()).toEqual(names.map(() => 1));
      expect(await messages(page)).toEqual([]);
      await page.close();
      return numbers;
    };
    const undisturbed = await analyse([]);
    expect(undisturbed.vbmd).toBeGreaterThan(0);
    expect(await analyse(['osteolens-inference', 'osteolens-levels', 'osteolens-bodies', 'files'])).toEqual(undisturbed);
  });

  test('where the network’s worker dies twice, the level is measured, the reason stands beside it, and the next level is whole', async ({ page }) => {
    const died = await killWorkers(page, 'osteolens-inference', 2);
    await openDemo(page);
    await pickLevel(page, 'L2', centreOf('L2'));
    await resultOf(page, 'L2');
    const saved = (await savedResults(page)).levels[0];
    expect(died()).toBe(2);
    expect([saved?.measurement === null, saved?.network]).toEqual([false, null]);
    expect(saved?.warnings.map(({ sentence }) => sentence).join(' ')).toContain('The analysis stopped unexpectedly');
    await pickLevel(page, 'L3', centreOf('L3'));
    await resultOf(page, 'L3');
    expect((await numbersOf(page, 'L3')).vbmd).toBeGreaterThan(0);
  });

  test('the vertebrae are proposed although the worker of the search died, and the failure of two is said with a button', async ({ page }) => {
    const died = await killWorkers(page, 'osteolens-spine', 1);
    await openDemo(page, '');
    await expect(page.getByTestId('proposals')).toBeVisible({ timeout: 90_000 });
    expect(died()).toBe(1);
    await page.unrouteAll({ behavior: 'wait' });
    const diedAgain = await killWorkers(page, 'osteolens-spine', 2);
    await openDemo(page, '');
    const search = page.getByTestId('spine-search');
    await expect(search).toContainText('The analysis stopped unexpectedly; this is often a lack of memory. Vertebrae are not proposed; pick them by hand.', { timeout: 90_000 });
    expect(diedAgain()).toBe(2);
    await search.getByRole('button', { name: 'Look for vertebrae' }).click();
    await expect(page.getByTestId('proposals')).toBeVisible({ timeout: 90_000 });
  });

  test('where reading the files fails twice, that is said and the next opening works', async ({ page }) => {
    const died = await killWorkers(page, 'files', 2);
    await page.goto('/?spine=no');
    await expect.poll(() => messages(page)).toEqual(['The files could not be read: the browser stopped the reading twice, often for want of memory; close other tabs and programs and open them again.']);
    expect(died()).toBe(2);
    await chooseFiles(page, ['public/demo/demo-study.zip']);
    await expect(openItem(page)).toContainText('SYNTHETIC');
  });

  for (const [coding, name, worker] of [['JPEG 2000', 'lossless/j2k-u12.dcm', 'codec'], ['JPEG-LS', 'lossless/jls-u12.dcm', '']] as const) {
    test(`every slice of a ${coding} series is there although a decoder died`, async ({ page }) => {
      const died = await killWorkers(page, worker, 1);
      await hurryTimers(page);
      await openEmpty(page);
      await chooseFiles(page, stackOf((await readReferenceFiles()).get(name) ?? new Uint8Array()));
      await expect(openItem(page)).toContainText('20 slices');
      expect(died()).toBe(1);
      expect(await messages(page)).toEqual([]);
    });
  }
});

type CardPage = { cards: WebGL2RenderingContext[]; givesCards: boolean };

/** Keeps the page's WebGL contexts where a test can take them away, and lets it refuse new ones. */
async function watchCards(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const state = Object.assign(globalThis as unknown as CardPage, { cards: [], givesCards: true });
    const { getContext } = HTMLCanvasElement.prototype as unknown as { getContext: (this: HTMLCanvasElement, kind: string, options?: unknown) => unknown };
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: unknown) {
      if (kind.startsWith('webgl') && !state.givesCards) return null;
      const context = getContext.call(this, kind, options);
      if (context instanceof WebGL2RenderingContext && !state.cards.includes(context)) state.cards.push(context);
      return context;
    } as HTMLCanvasElement['getContext'];
  });
}

async function loseCards(page: Page, givesCards = true): Promise<number> {
  return page.evaluate((gives) => {
    const state = globalThis as unknown as CardPage;
    state.givesCards = gives;
    const living = state.cards.filter((card) => !card.isContextLost());
    for (const card of living) card.getExtension('WEBGL_lose_context')?.loseContext();
    return living.length;
  }, givesCards);
}

/** The mean grey values of 24 × 24 parts of a plane; browsers shrink a canvas by other rules where it lies in main memory. */
async function pictureOf(page: Page, plane: Plane): Promise<readonly number[]> {
  return page.getByTestId(`plane-${plane}`).evaluate((surface) => {
    const canvas = surface.closest('.plane-viewport')?.querySelector('canvas');
    if (!canvas) throw new Error('There is no canvas.');
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d');
    copy?.drawImage(canvas, 0, 0);
    const { data } = copy?.getImageData(0, 0, width, height) ?? { data: new Uint8ClampedArray() };
    const [sums, counts] = [new Float64Array(24 * 24), new Float64Array(24 * 24)];
    for (let n = 0; n < width * height; n += 1) {
      const cell = Math.floor((Math.floor(n / width) * 24) / height) * 24 + Math.floor(((n % width) * 24) / width);
      sums[cell] = (sums[cell] ?? 0) + (data[4 * n] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    return Array.from(sums, (sum, cell) => sum / (counts[cell] ?? 1));
  });
}

async function expectPicture(page: Page, wanted: Readonly<Record<Plane, readonly number[]>>): Promise<void> {
  for (const plane of ['sagittal', 'axial', 'coronal'] as const) {
    await expect.poll(async () => Math.max(...(await pictureOf(page, plane)).map((value, n) => Math.abs(value - (wanted[plane][n] ?? 0)))), { message: plane }).toBeLessThan(4);
  }
}

/** As soon as all planes show something. */
async function pictures(page: Page): Promise<Readonly<Record<Plane, readonly number[]>>> {
  for (const plane of ['sagittal', 'axial', 'coronal'] as const) await expect.poll(async () => Math.max(...(await pictureOf(page, plane)))).toBeGreaterThan(60);
  return { sagittal: await pictureOf(page, 'sagittal'), axial: await pictureOf(page, 'axial'), coronal: await pictureOf(page, 'coronal') };
}

test.describe('WebGL', () => {
  test('a lost context comes back by itself, twice, with the same picture, picks and results', async ({ page }) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await watchCards(page);
    await openDemo(page, '?spine=no&draw=webgl');
    await pickLevel(page, 'L1', centreOf('L1'));
    await resultOf(page, 'L1');
    const before = await pictures(page);
    const numbers = await numbersOf(page, 'L1');
    for (const time of ['first', 'second']) {
      expect(await loseCards(page), time).toBeGreaterThan(0);
      await expect.poll(() => page.evaluate(() => (globalThis as unknown as CardPage).cards.at(-1)?.isContextLost()), { message: time }).toBe(false);
      await expectPicture(page, before);
    }
    expect(await messages(page)).toEqual([expect.stringContaining('the images were drawn anew')]);
    expect(await numbersOf(page, 'L1')).toEqual(numbers);
    // The planes still follow the reader.
    await page.getByTestId('plane-axial').press('PageUp');
    await expect.poll(async () => (await pictureOf(page, 'axial')).join()).not.toBe(before.axial.join());
    await pickLevel(page, 'L2', centreOf('L2'));
    await resultOf(page, 'L2');
    expect(faults).toEqual([]);
  });

  test('a context that is lost while a series opens is there when it is open', async ({ page }) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await watchCards(page);
    await openDemo(page, '?spine=no&draw=webgl');
    const whole = await pictures(page);
    await page.reload();
    await expect(page.getByTestId('opening')).toContainText(/slices/i, { timeout: 60_000 });
    await loseCards(page);
    await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
    await openingEnds(page);
    await expectPicture(page, whole);
    expect(faults).toEqual([]);
  });

  test('where the browser gives no new context, the processor draws the same picture, and that is said', async ({ page }) => {
    await watchCards(page);
    await openDemo(page, '?spine=no&draw=webgl');
    await pickLevel(page, 'L1', centreOf('L1'));
    await resultOf(page, 'L1');
    const before = await pictures(page);
    const numbers = await numbersOf(page, 'L1');
    expect(await loseCards(page, false)).toBeGreaterThan(0);
    await expect.poll(() => messages(page)).toEqual([expect.stringContaining('the processor draws the images from now on')]);
    await expectPicture(page, before);
    expect(await numbersOf(page, 'L1')).toEqual(numbers);
    await page.getByTestId('plane-axial').press('PageUp');
    await expect.poll(async () => (await pictureOf(page, 'axial')).join()).not.toBe(before.axial.join());
    await chooseFiles(page, ['public/demo/demo-study.zip']);
    await openingEnds(page);
    await expectPicture(page, before);
  });

  test('where there is none at all, the processor draws, and nothing is said', async ({ baseURL }) => {
    const { OSTEOLENS_CHROMIUM: executablePath } = process.env;
    const browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu', '--disable-3d-apis'], ...(executablePath === undefined ? {} : { executablePath }) });
    try {
      const page = await browser.newPage({ serviceWorkers: 'block', baseURL: baseURL ?? '' });
      expect(await page.evaluate(() => document.createElement('canvas').getContext('webgl2'))).toBeNull();
      await openDemo(page);
      await pictures(page);
      await pickLevel(page, 'L1', centreOf('L1'));
      await resultOf(page, 'L1');
      expect((await numbersOf(page, 'L1')).vbmd).toBeGreaterThan(0);
      expect(await messages(page)).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

test('a WebGPU device that is lost in the middle of a level: WASM does it again, which is said once', async ({ page }) => {
  await prependToWorkers(page, `
    if (self.name === 'osteolens-inference' && 'GPUAdapter' in self) {
      const request = GPUAdapter.prototype.requestDevice;
      let device = null;
      GPUAdapter.prototype.requestDevice = async function (...options) { return (device = await request.apply(this, options)); };
      self.addEventListener('message', ({ data }) => { if (data.request?.type === 'analyse') setTimeout(() => device?.destroy()); });
    }
  `);
  await openDemo(page, '?spine=no&backend=webgpu');
  await pickLevel(page, 'L1', centreOf('L1'));
  await pickLevel(page, 'L2', centreOf('L2'));
  for (const level of ['L1', 'L2']) {
    await resultOf(page, level);
    expect((await numbersOf(page, level)).vbmd, level).toBeGreaterThan(0);
  }
  await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', 'wasm');
  expect(await messages(page)).toEqual([expect.stringMatching(/^WebGPU stopped working .* analysed with WASM from now on\.$/)]);
});

test.describe('a tab in the background', () => {
  test('frozen while it opens and while it analyses, it goes on where it was and nothing has failed', async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    const freeze = async (ms: number) => {
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      await new Promise((resolve) => { setTimeout(resolve, ms); });
      await session.send('Page.setWebLifecycleState', { state: 'active' });
    };
    await page.goto('/?spine=no');
    await expect(page.getByTestId('opening')).toBeVisible({ timeout: 60_000 });
    await freeze(3000);
    await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
    await openingEnds(page);
    await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: /^L1(,|$)/ }).click();
    const { x, y } = await positionOf(page, 'sagittal', centreOf('L1'));
    await page.mouse.click(x, y);
    await freeze(3000);
    await resultOf(page, 'L1');
    expect((await numbersOf(page, 'L1')).vbmd).toBeGreaterThan(0);
    expect(await messages(page)).toEqual([]);
  });

  test('hidden, without frames and with slow timers, it opens, finds and analyses all the same', async ({ page }) => {
    // As a browser treats a tab behind others: no frames, timers once a second.
    await page.addInitScript(() => {
      const state = Object.assign(globalThis as unknown as { isAway: boolean }, { isAway: false });
      const [frame, timer] = [globalThis.requestAnimationFrame, globalThis.setTimeout];
      const waiting: FrameRequestCallback[] = [];
      globalThis.requestAnimationFrame = (callback) => (state.isAway ? waiting.push(callback) : frame(callback));
      globalThis.setTimeout = ((task: () => void, ms = 0) => timer(task, state.isAway ? Math.max(1000, ms) : ms)) as typeof setTimeout;
      Object.defineProperty(document, 'hidden', { get: () => state.isAway });
      Object.defineProperty(document, 'visibilityState', { get: () => (state.isAway ? 'hidden' : 'visible') });
      globalThis.addEventListener('come-back', () => {
        state.isAway = false;
        document.dispatchEvent(new Event('visibilitychange'));
        for (const callback of waiting.splice(0)) frame(callback);
      });
      state.isAway = true;
      timer(() => document.dispatchEvent(new Event('visibilitychange')));
    });
    await page.goto('/');
    await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
    await openingEnds(page);
    await expect(page.getByTestId('proposals')).toBeVisible({ timeout: 90_000 });
    await resultOf(page, 'L2');
    await page.evaluate(() => globalThis.dispatchEvent(new Event('come-back')));
    await expect.poll(async () => Math.max(...(await pictureOf(page, 'sagittal')))).toBeGreaterThan(60);
    expect(await messages(page)).toEqual([]);
  });
});

test('without isolation the network runs on one thread, the bottom line says so, and the numbers are the same', async ({ browser, baseURL }) => {
  const analyse = async (isIsolated: boolean) => {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    if (!isIsolated) {
      await page.route('**/*', async (route) => {
        if (route.request().resourceType() !== 'document') return route.fallback();
        const response = await route.fetch();
        const { 'cross-origin-opener-policy': _opener, 'cross-origin-embedder-policy': _embedder, ...headers } = response.headers();
        return route.fulfill({ response, headers });
      });
    }
    await page.goto(`${baseURL ?? ''}/?spine=no`);
    await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
    await openingEnds(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isIsolated);
    await pickLevel(page, 'L1', centreOf('L1'));
    await resultOf(page, 'L1');
    const line = await page.getByTestId('backend').innerText();
    const numbers = await numbersOf(page, 'L1');
    await page.close();
    return { line, numbers };
  };
  const [one, two] = [await analyse(false), await analyse(true)];
  expect(one.line).toContain('1 thread');
  expect(one.line).not.toContain('threads');
  expect(two.line).toMatch(/[2-9] threads/);
  expect(one.numbers.hu).toBe(two.numbers.hu);
  expect(Math.abs((one.numbers.vbmd ?? Number.NaN) - (two.numbers.vbmd ?? Number.NaN))).toBeLessThan(0.01);
});

const CHEST = 'lidc-0314-chest';
/** Every process of the browser together, of the 4096 MB of such a machine; the rest is the system's and other programs'. */
const MOST_MEGABYTES = 2048;

test('a machine of 4 GB with two cores, no graphics card and 1366 × 768: 275 slices open, are searched, and five levels are analysed', async ({ baseURL }) => {
  test.skip(!hasTestData('ct', CHEST), NO_TEST_DATA);
  const { launchOptions } = test.info().project.use;
  // V8 gets the limit that it would choose on such a machine.
  const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions?.args ?? []), '--js-flags=--max-old-space-size=1024'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, serviceWorkers: 'block', ...(baseURL === undefined ? {} : { baseURL }) });
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'deviceMemory', { get: () => 4 });
      Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 2 });
    });
    await openEmpty(page, '&spine=yes');
    const folder = testDataPath('ct', CHEST);
    await chooseFiles(page, readdirSync(folder).map((file) => path.join(folder, file)));
    await expect(page.getByRole('alertdialog')).toHaveCount(0);
    await expect(openItem(page)).toContainText('275 slices');
    await expect(page.getByTestId('proposals')).toBeVisible({ timeout: 90_000 });
    // A chest has few of the levels that are analysed: five of its bodies are given their names.
    const reference = JSON.parse(readFileSync(testDataPath('reference.json'), 'utf8')) as Record<string, { readonly levels: Record<string, { readonly centre: Lps }> }>;
    const centres = ['T8', 'T9', 'T10', 'T11', 'T12'].map((level) => reference[CHEST]?.levels[level]?.centre);
    const levels = centres.map((centreLps, n) => ({ level: `L${n + 1}`, centreLps }));
    const text = JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, levels });
    await chooseFiles(page, [{ name: 'picks.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(text) }]);
    for (const { level } of levels) {
      await resultOf(page, level);
      expect((await numbersOf(page, level)).vbmd, level).toBeGreaterThan(0);
    }
    await expect(page.locator('.message-problem')).toHaveCount(0);
    // Nothing of the screen lies outside it.
    expect(await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])).toEqual([1366, 768]);
    const megabytes = await peakMegabytes(browser);
    test.info().annotations.push({ type: 'memory', description: `${megabytes ?? 'unknown'} MB at most` });
    if (megabytes !== null) expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  } finally {
    await browser.close();
  }
});

/** Peaks of all processes added up, more than they ever took at one time; null where there is no /proc. */
async function peakMegabytes(browser: Browser): Promise<number | null> {
  if (!existsSync('/proc/self/status')) return null;
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const peaks = processInfo.map(({ id }) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0));
  return Math.round(peaks.reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024);
}
