import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { readOfflineFiles, stampOfflineFiles } from '../scripts/offline-files.mjs';
import { writeStick } from '../scripts/write-stick.mjs';
import { chooseFiles, openingEnds, openItem, pickLevel, resultOf, savedResults, type Lps } from './helpers/app.ts';
import { hurryTimers } from './helpers/hurried-timers.ts';
import { serveCopy, type ServedCopy } from './helpers/served-copy.ts';
import { startStick } from './helpers/stick-server.ts';

test.use({ serviceWorkers: 'allow' });

const BUILDS = ['plain', 'jspi', 'asyncify'] as const;
/** All that one machine needs offline; the demo study comes on top. */
const MOST_GZIP_BYTES = 12_000_000;

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };
const l1: Lps = truth.levels['L1']?.centreLps ?? [0, 0, 0];

const sign = (page: Page) => page.getByTestId('offline-sign');

async function untilReady(page: Page): Promise<void> {
  await expect(sign(page)).toHaveAttribute('data-state', 'ready', { timeout: 90_000 });
}

/** What the server was asked for of onnxruntime-web: the builds' names. */
function runtimesAsked(asked: readonly string[]): string[] {
  const names = asked.flatMap((line) => /ort-wasm-simd-threaded(\.\w+)?-[\w-]+\.wasm/.exec(line)?.[1]?.slice(1) ?? (line.includes('ort-wasm-simd-threaded-') ? 'plain' : []));
  return [...new Set(names)];
}

/** A page on which WebGPU answers with an adapter of hardware, whatever this machine has. */
async function fakeHardwareAdapter(page: Page, hasJspi: boolean): Promise<void> {
  await page.addInitScript((keepsJspi) => {
    const info = { vendor: 'acme', architecture: 'gen-9', device: '', description: '', isFallbackAdapter: false };
    Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: () => Promise.resolve({ info }) } });
    if (!keepsJspi) delete (WebAssembly as { Suspending?: unknown }).Suspending;
  }, hasJspi);
}

test('what one machine keeps to work offline is at most 12 MB with gzip', () => {
  const { groups } = readOfflineFiles('dist');
  const gzip = Object.fromEntries(Object.entries(groups).map(([name, files]) => [name, files.reduce((sum, { url }) => sum + gzipSync(readFileSync(join('dist', url)), { level: 9 }).length, 0)]));
  expect(Object.keys(groups).toSorted()).toEqual(['app', 'demo', 'runtime-asyncify', 'runtime-jspi', 'runtime-plain']);
  const sizes = BUILDS.map((build) => [build, (gzip['app'] ?? 0) + (gzip[`runtime-${build}`] ?? 0)] as const);
  console.log(`gzip -9, MB: ${Object.entries(gzip).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(2)}`).join(', ')}; a machine: ${sizes.map(([build, bytes]) => `${build} ${(bytes / 1e6).toFixed(2)}`).join(', ')}`);
  for (const build of BUILDS) expect(groups[`runtime-${build}`]?.map(({ url }) => /\.(\w+)$/.exec(url)?.[1]).toSorted(), build).toEqual(['js', 'mjs', 'wasm']);
  for (const [build, bytes] of sizes) expect(bytes, build).toBeLessThanOrEqual(MOST_GZIP_BYTES);
});

test('from a stick: the sign is true, and with the server stopped and the network cut before the first study everything works', async ({ page, context }) => {
  test.setTimeout(240_000);
  const base = mkdtempSync(join(tmpdir(), 'osteolens-offline-'));
  writeStick('dist', join(base, 'stick'));
  const server = await startStick(join(base, 'stick'), 'serve.mjs', 41_880);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(`${server.url}?demo=no`);
  await untilReady(page);
  await expect(sign(page)).toHaveText(/^Ready for offline.*the demo study too/, { timeout: 60_000 });
  await server.stop();
  await context.setOffline(true);

  // Every file of the list, codecs and both networks among them, whether this test comes to use it or not.
  const { groups } = readOfflineFiles('dist');
  await page.reload();
  await untilReady(page);
  const urls = ['app', 'runtime-plain', 'demo'].flatMap((name) => groups[name] ?? []);
  const got = await page.evaluate((files) => Promise.all(files.map(async ({ url, bytes }) => {
    const answer = await fetch(url).catch(() => null);
    return answer?.ok === true && (await answer.arrayBuffer()).byteLength === bytes ? null : url;
  })), urls);
  expect(got.filter((url) => url !== null)).toEqual([]);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

  // The demo, which the page opens by itself.
  await page.goto(server.url);
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  await pickLevel(page, 'L1', l1);
  await resultOf(page, 'L1');
  const saved = await savedResults(page);
  const level = saved.levels.find((one) => one.level === 'L1');
  expect(level?.run).toMatchObject({ backend: 'wasm' });
  expect(level?.network?.vbmdMgCm3.value).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Help' }).click();
  await expect(page.getByRole('dialog')).toContainText('Keys, mouse');
  await page.getByRole('button', { name: 'Close' }).click();

  // A zip from this computer.
  const writer = new ZipWriter(new BlobWriter());
  for (const { name, bytes } of writeSyntheticCt({ sizeVox: [40, 36, 24], spacingMm: [0.9, 1.1, 2.5] })) await writer.add(name, new Uint8ArrayReader(bytes));
  const zip = Buffer.from(await (await writer.close()).arrayBuffer());
  await page.goto(`${server.url}?demo=no&spine=no`);
  await chooseFiles(page, [{ name: 'study.zip', mimeType: 'application/zip', buffer: zip }]);
  await expect(openItem(page)).toContainText('24 slices');
  expect(faults).toEqual([]);
  rmSync(base, { recursive: true });
});

test('a machine downloads one build of the runtime: by its adapter, for both networks and both backends', async ({ browser }) => {
  test.setTimeout(300_000);
  for (const { build, prepare, search } of [
    { build: 'plain', prepare: () => Promise.resolve(), search: '/' },
    { build: 'jspi', prepare: (page: Page) => fakeHardwareAdapter(page, true), search: '/' },
    { build: 'jspi', prepare: (page: Page) => fakeHardwareAdapter(page, true), search: '/?backend=wasm' },
    { build: 'asyncify', prepare: (page: Page) => fakeHardwareAdapter(page, false), search: '/' },
  ]) {
    const copy = await serveCopy();
    const context = await browser.newContext({ serviceWorkers: 'allow' });
    const page = await context.newPage();
    await hurryTimers(page);
    await prepare(page);
    await page.goto(`${copy.url}${search}`);
    await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
    await openingEnds(page);
    await pickLevel(page, 'L1', l1);
    await resultOf(page, 'L1');
    await untilReady(page);
    // The search for the spine is the other network.
    await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', 'wasm');
    expect(runtimesAsked(copy.asked), `${build} ${search}`).toEqual([build]);
    expect(copy.violations).toEqual([]);
    await context.close();
    await copy.stop();
  }
});

test('a host that sends no headers: the page loads once more by itself and is isolated, also in later visits', async ({ page }) => {
  const copy = await serveCopy({ hasHeaders: false });
  const loads: string[] = [];
  page.on('framenavigated', (frame) => loads.push(frame.url()));
  await page.goto(`${copy.url}/?demo=no`);
  await expect(page.getByTestId('welcome')).toBeVisible();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(loads).toHaveLength(2);
  await untilReady(page);
  await page.reload();
  await expect(page.getByTestId('welcome')).toBeVisible();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(loads).toHaveLength(3);
  const answer = await page.evaluate(async () => Object.fromEntries((await fetch('./index.html')).headers));
  expect(answer['content-security-policy']).toContain("default-src 'none'");
  expect(answer['x-content-type-options']).toBe('nosniff');
  await copy.stop();
});

/** Puts a changed build in the place of the one that is served. */
function deploy({ folder }: ServedCopy, title: string): string {
  const path = join(folder, 'index.html');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/<title>.*<\/title>/, `<title>${title}</title>`));
  return stampOfflineFiles(folder).build;
}

async function visit(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await hurryTimers(page);
  await page.goto(url);
  await expect(page.getByTestId('welcome')).toBeVisible();
  return page;
}

const offer = (page: Page) => page.getByTestId('update-offer');

async function openOfflineSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Offline' }).click();
}

test('a new version is fetched aside and offered; kept away it stays away, also when every tab was closed; used, it can be left again', async ({ browser }) => {
  test.setTimeout(240_000);
  const copy = await serveCopy();
  const url = `${copy.url}/?demo=no&spine=no`;
  const first = stampOfflineFiles(copy.folder).build;
  const context = await browser.newContext({ serviceWorkers: 'allow' });
  let page = await visit(context, url);
  await untilReady(page);
  await expect(page).toHaveTitle('OsteoLens');

  const second = deploy(copy, 'OsteoLens, second build');
  expect(second).not.toBe(first);
  await openOfflineSettings(page);
  await expect(page.getByRole('dialog')).toContainText(`build ${first}`);
  await page.getByRole('button', { name: 'Look for an update' }).click();
  await expect(page.getByRole('list', { name: 'Other versions kept here' })).toContainText(`build ${second}`, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(offer(page)).toContainText(`build ${second}`);
  // Found, not used: neither now nor after a reload, nor when all tabs were closed.
  await page.reload();
  await expect(offer(page)).toBeVisible();
  await expect(page).toHaveTitle('OsteoLens');
  await page.close();
  page = await visit(context, url);
  await untilReady(page);
  await expect(page).toHaveTitle('OsteoLens');
  await offer(page).getByRole('button', { name: 'Keep this version' }).click();
  await expect(offer(page)).toHaveCount(0);
  await page.close();
  page = await visit(context, url);
  await untilReady(page);
  await expect(page).toHaveTitle('OsteoLens');
  await expect(offer(page)).toHaveCount(0);

  // The kept version is whole by itself: its server is gone.
  await context.setOffline(true);
  await page.reload();
  await untilReady(page);
  await expect(page).toHaveTitle('OsteoLens');
  await context.setOffline(false);

  // With a study open the word is asked for twice.
  await chooseFiles(page, writeSyntheticCt({ sizeVox: [40, 36, 24] }).map(({ name, bytes }) => ({ name, mimeType: 'application/dicom', buffer: Buffer.from(bytes) })));
  await openOfflineSettings(page);
  const list = page.getByRole('list', { name: 'Other versions kept here' });
  await list.getByRole('button', { name: 'Use this version' }).click();
  await expect(list).toContainText('the open study closes');
  await list.getByRole('button', { name: 'Not now' }).click();
  await expect(page).toHaveTitle('OsteoLens');
  await list.getByRole('button', { name: 'Use this version' }).click();
  await list.getByRole('button', { name: 'Close the study and load' }).click();
  await expect(page).toHaveTitle('OsteoLens, second build');
  await untilReady(page);

  // And back.
  await openOfflineSettings(page);
  await expect(list).toContainText(`build ${first}`);
  await list.getByRole('button', { name: 'Use this version' }).click();
  await expect(page).toHaveTitle('OsteoLens');
  await untilReady(page);
  await expect(offer(page)).toHaveCount(0);
  await context.close();
  await copy.stop();
});

test('the offline copy can be removed, and is not fetched again before the user says so', async ({ page }) => {
  const copy = await serveCopy();
  await hurryTimers(page);
  await page.goto(`${copy.url}/?demo=no`);
  await untilReady(page);
  await openOfflineSettings(page);
  await page.getByRole('button', { name: 'Remove the offline copy' }).click();
  await expect(sign(page)).toHaveAttribute('data-state', 'removed');
  const left = () => page.evaluate(async () => [...await caches.keys(), ...(await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope)]);
  await expect.poll(left).toEqual([]);
  await page.reload();
  await expect(sign(page)).toHaveAttribute('data-state', 'removed');
  expect(await left()).toEqual([]);
  await openOfflineSettings(page);
  await page.getByRole('button', { name: 'Fetch the offline copy' }).click();
  await untilReady(page);
  await copy.stop();
});

test('the sign does not lie: a full storage, a file that is not as listed, a lost cache and a browser without service workers', async ({ browser }) => {
  test.setTimeout(240_000);
  const copy = await serveCopy();
  const url = `${copy.url}/?demo=no`;
  const inContext = async (work: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({ serviceWorkers: 'allow' });
    await hurryTimers(context);
    await work(await context.newPage(), context);
    await context.close();
  };
  await inContext(async (page, context) => {
    const devtools = await context.newCDPSession(page);
    await page.goto(url);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: copy.url, quotaSize: 6_000_000 });
    await expect(sign(page)).toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
    await expect(sign(page)).toContainText('the browser’s storage is full');
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: copy.url });
    await page.reload();
    await untilReady(page);
    // The demo is fetched after that, and with it once more what is missing.
    await expect(sign(page)).toContainText('the demo study too', { timeout: 60_000 });
    // Ready is counted anew at every load: a file that is gone is fetched again, and without a network missed.
    await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) if (request.url.endsWith('model.onnx') || request.url.includes('model.onnx?')) await cache.delete(request);
      }
    });
    const models = join(copy.folder, 'models');
    renameSync(models, `${models}-away`);
    await page.reload();
    await expect(sign(page)).toContainText('model.onnx could not be fetched', { timeout: 60_000 });
    renameSync(`${models}-away`, models);
    await page.reload();
    await untilReady(page);
  });
  await inContext(async (page) => {
    const path = join(copy.folder, 'favicon.svg');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace('#5cc8ff', '#5cc8fe'));
    await page.goto(url);
    await expect(sign(page)).toContainText('favicon.svg could not be fetched as this version lists it', { timeout: 60_000 });
    await expect(sign(page)).toHaveAttribute('data-state', 'failed');
    writeFileSync(path, whole);
  });
  await inContext(async (page) => {
    await page.addInitScript(() => { delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker; });
    await page.goto(url);
    await expect(sign(page)).toContainText('this browser keeps none in this window', { timeout: 60_000 });
  });
  await copy.stop();
});

test('installable: the manifest is complete, names no study, and its icons have the sizes that it says', async ({ page, context }) => {
  await hurryTimers(page);
  await page.goto('/?demo=no');
  const devtools = await context.newCDPSession(page);
  const { url, errors } = await devtools.send('Page.getAppManifest');
  expect(url).toMatch(/\/manifest\.webmanifest$/);
  expect(errors).toEqual([]);
  await untilReady(page);
  // A test's window is a private one, which is the one thing that may stand in the way.
  await expect.poll(async () => (await devtools.send('Page.getInstallabilityErrors')).installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  const manifest = JSON.parse(readFileSync('dist/manifest.webmanifest', 'utf8')) as { readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string }[] };
  for (const { src, sizes, type } of manifest.icons.filter((icon) => icon.type === 'image/png')) {
    const png = readFileSync(join('dist', src));
    expect([`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, type]).toEqual([sizes, 'image/png']);
  }
});
