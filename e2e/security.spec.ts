import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { readReferenceFiles } from '#src/testing/reference-files.ts';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { chooseFiles, openEmpty, openingEnds, openItem, pickLevel, resultOf, savedResults, type Lps, type MemoryFile } from './helpers/app.ts';
import { stackOf } from './helpers/coded-stack.ts';
import { serveCopy, startTrap, type ServedCopy } from './helpers/served-copy.ts';

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };
const dataFolder = process.env['OSTEOLENS_TEST_DATA'] ?? '../shared/data';
const realStudy = join(dataFolder, 'ct/ts-slab-j2k');
const [PATIENT, PATIENT_UID] = ['ZZYZX^QUINCE', '1.2.826.0.1.3680043.10.1562.4711'];

/** What Chromium asks of its maker by itself, with or without a page: updates, accounts, what kinds of fields a form has, its own messages. */
const OF_THE_BROWSER = /\/\/(update|content-autofill)\.googleapis\.com\/|^CONNECT (update|content-autofill|optimizationguide-pa)\.googleapis\.com:443$|^CONNECT (accounts|www|clients2|android\.clients)\.google\.com:443$|^CONNECT mtalk\.google\.com:(443|5228)$/;

let copy: ServedCopy;
let trap: Awaited<ReturnType<typeof startTrap>>;
let browser: Browser;
/** Of all pages and workers of the browser, the service worker among them. */
let addresses: string[];
let bodies: string[];
/** What the console said against the page, and what failed in it. */
let faults: string[];

/** A browser of its own, in which every request to another host meets the trap. */
async function openBrowser(launchOptions: object, hasHeaders: boolean): Promise<Page> {
  copy = await serveCopy({ hasHeaders });
  trap = await startTrap();
  browser = await chromium.launch({ ...launchOptions, proxy: { server: trap.url, bypass: '127.0.0.1' } });
  const context = await browser.newContext({ baseURL: copy.url, viewport: { width: 1440, height: 900 }, serviceWorkers: 'allow' });
  [addresses, bodies, faults] = [[], [], []];
  context.on('request', (request) => {
    addresses.push(request.url());
    bodies.push(request.postData() ?? '');
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || /polic|trusted/i.test(message.text())) faults.push(message.text());
  });
  context.on('weberror', (error) => faults.push(String(error.error())));
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

test.afterEach(async () => {
  await browser?.close();
  await copy?.stop();
  await trap?.stop();
});

/** All three records agree that nothing left: what Playwright saw, what the own server was asked, and what met the trap. */
function expectNothingLeft(): void {
  expect(addresses.length).toBeGreaterThan(20);
  expect(addresses.filter((address) => !address.startsWith(`${copy.url}/`) && !address.startsWith(`blob:${copy.url}/`) && !address.startsWith('data:'))).toEqual([]);
  expect(trap.caught.filter((request) => !OF_THE_BROWSER.test(request))).toEqual([]);
  // Nothing is sent: only files are fetched, without a body.
  expect(bodies.filter((body) => body !== '')).toEqual([]);
  expect(copy.asked.filter((request) => !/^GET \S+ $/.test(request))).toEqual([]);
  const all = [...addresses, ...copy.asked].join('\n');
  for (const secret of [PATIENT, 'ZZYZX', PATIENT_UID, '4711']) expect(all).not.toContain(secret);
}

async function openDemo(page: Page, query = ''): Promise<void> {
  await page.goto(`/${query}`);
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
}

async function pick(page: Page, level: string): Promise<void> {
  await pickLevel(page, level, truth.levels[level]?.centreLps ?? [0, 0, 0]);
  await resultOf(page, level);
}

function asFiles(written: readonly { readonly name: string; readonly bytes: Uint8Array }[]): MemoryFile[] {
  return written.map(({ name, bytes }) => ({ name, mimeType: 'application/dicom', buffer: Buffer.from(bytes) }));
}

test('a session of demo, numbers, explanation, files and settings asks nothing of another origin, sends nothing and meets no policy', async ({ launchOptions }) => {
  test.setTimeout(240_000);
  const page = await openBrowser(launchOptions, true);
  await openDemo(page);
  await pick(page, 'L1');
  await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', 'wasm');
  await page.keyboard.press('a');
  await page.getByRole('tab', { name: 'Explanation' }).click();
  await page.getByRole('button', { name: 'Move the mark by 2 mm' }).click();
  await expect(page.getByTestId('moves-status')).toHaveText('6 moves.', { timeout: 90_000 });
  for (const tab of await page.getByRole('tab').all()) await tab.click();
  await savedResults(page);
  const csv = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  await csv;
  for (const name of ['Settings', 'Help']) {
    await page.getByRole('banner').getByRole('button', { name }).click();
    for (const tab of await page.getByRole('dialog').getByRole('tab').all()) await tab.click();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await page.getByRole('button', { name: 'Straightened', exact: true }).click();
  await openDemo(page, '?spine=no&backend=webgpu');
  await pick(page, 'L2');
  await expect(page.getByTestId('backend')).toHaveAttribute('data-backend', 'webgpu');
  expectNothingLeft();
  expect(faults).toEqual([]);
  expect(copy.violations).toEqual([]);
});

test('studies from files, a link and a server address likewise, and no name or UID of a patient is in any address, storage or file name', async ({ launchOptions }) => {
  test.setTimeout(240_000);
  const page = await openBrowser(launchOptions, true);
  await openEmpty(page, '&spine=yes');
  const made = writeSyntheticCt({ sizeVox: [70, 60, 40], spacingMm: [0.9, 1.1, 2.5], patientName: PATIENT, studyInstanceUid: PATIENT_UID, seriesInstanceUid: `${PATIENT_UID}.1` });
  await chooseFiles(page, asFiles(made));
  await pickLevel(page, 'L3', [0, 50, -790]);
  const download = page.waitForEvent('download');
  await expect(page.getByTestId('row-L3')).toHaveAttribute('data-status', /done|failed/, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Save results' }).click();
  expect((await download).suggestedFilename()).toMatch(/^osteolens-[\dT-]+\.osteolens\.json$/);
  // Every codec has a worker and WebAssembly of its own.
  const coded = await readReferenceFiles();
  for (const name of ['lossless/j2k-u12.dcm', 'lossless/htj2k-u12.dcm', 'lossless/jls-u12.dcm', 'lossless/jpeg70-u12.dcm']) {
    await openEmpty(page);
    await chooseFiles(page, stackOf(coded.get(name) ?? new Uint8Array()));
    await expect(openItem(page)).toHaveCount(1);
  }
  if (existsSync(realStudy)) {
    await openEmpty(page);
    await chooseFiles(page, readdirSync(realStudy).filter((name) => !name.endsWith('.md')).map((name) => join(realStudy, name)));
    await expect(openItem(page)).toHaveCount(1);
  } else console.log(`No real CT at ${dataFolder}: that part is left out.`);
  await page.goto('/?url=demo/demo-study.zip&spine=no');
  await expect(openItem(page)).toHaveCount(1, { timeout: 90_000 });
  await openingEnds(page);
  for (const [query, said] of [
    ['url=https://elsewhere.example/a.zip', 'leads to https://elsewhere.example'],
    ['url=//elsewhere.example/a.zip', 'leads to http://elsewhere.example'],
    ['dicomweb=https://elsewhere.example/dicom-web&study=1.2&series=1.3', 'may not read from https://elsewhere.example'],
  ]) {
    await page.goto(`/?${query}`);
    await expect(page.getByTestId('message').filter({ hasText: said ?? '' })).toHaveCount(1);
  }
  const stored = await page.evaluate(async () => {
    const names: string[] = [];
    const walk = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const [name, entry] of folder as unknown as AsyncIterable<[string, FileSystemHandle]>) {
        names.push(name);
        if (entry.kind === 'directory') await walk(entry as FileSystemDirectoryHandle);
        else names.push(await (await (entry as FileSystemFileHandle).getFile()).text());
      }
    };
    await walk(await navigator.storage.getDirectory());
    const cached = (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat();
    const bases = (await indexedDB.databases()).length;
    return { bases, text: JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, names, cached, location.href]) };
  });
  for (const secret of ['ZZYZX', 'QUINCE', PATIENT_UID, '4711']) expect(stored.text).not.toContain(secret);
  expect(stored.bases).toBe(0);
  expectNothingLeft();
  expect(faults).toEqual([]);
  expect(copy.violations).toEqual([]);
});

/** What code of ours would do that wants to send something away. */
function ask(): Promise<string> {
  return fetch('http://elsewhere.example/leak', { mode: 'no-cors' }).then(() => 'sent', () => 'refused');
}

/** The same in every worker but onnxruntime's threads, which stand still between runs and answer nobody. */
async function askInWorkers(page: Page): Promise<readonly string[]> {
  const workers = page.workers().filter((worker) => !worker.url().includes('ort-wasm'));
  expect(workers.length).toBeGreaterThan(1);
  return Promise.all(workers.map((worker) => worker.evaluate(ask)));
}

test('the records would notice: what asks elsewhere is refused and reported, on the page and in a worker; without the policy it meets the trap', async ({ launchOptions }) => {
  const page = await openBrowser(launchOptions, true);
  await openDemo(page, '?spine=no');
  await pick(page, 'L1');
  expect(await page.evaluate(ask)).toBe('refused');
  const answers = await askInWorkers(page);
  expect(new Set(answers)).toEqual(new Set(['refused']));
  await expect.poll(() => copy.violations.filter((report) => report.includes('connect-src')).length).toBeGreaterThanOrEqual(1 + answers.length);
  expect(trap.caught.filter((request) => request.includes('elsewhere.example'))).toEqual([]);
  expect(faults.length).toBeGreaterThan(0);

  const open = await browser.newPage();
  await open.goto('data:text/html,<p>no policy</p>');
  expect(await open.evaluate(ask)).toBe('sent');
  expect(trap.caught).toContain('GET http://elsewhere.example/leak');
});

/** Ways in which markup or text becomes code, and requests leave without fetch. Each answers whether it was let through. */
function tryEverything(): Promise<Record<string, boolean>> {
  const host = document.createElement('div');
  document.body.append(host);
  const attempt = (work: () => unknown): boolean => {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  };
  const loads = (element: HTMLElement, done: string): Promise<boolean> => new Promise((settle) => {
    element.addEventListener(done, () => settle(true));
    element.addEventListener('error', () => settle(false));
    host.append(element);
    setTimeout(() => settle(false), 2000);
  });
  const picture = Object.assign(document.createElement('img'), { src: 'http://elsewhere.example/pixel.png' });
  const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'http://elsewhere.example/a.css' });
  const base = Object.assign(document.createElement('base'), { href: 'http://elsewhere.example/' });
  document.head.append(base);
  const style = document.createElement('style');
  style.textContent = 'body { --injected: 1; }';
  host.append(style);
  return Promise.all([loads(picture, 'load'), loads(sheet, 'load')]).then(([isPicture, isSheet]) => ({
    innerHtml: attempt(() => { host.innerHTML = '<b>x</b>'; }),
    scriptText: attempt(() => { host.append(Object.assign(document.createElement('script'), { textContent: 'window.injected = 1' })); }),
    scriptElsewhere: attempt(() => { Object.assign(document.createElement('script'), { src: 'http://elsewhere.example/a.js' }); }),
    scriptBesideTheAssets: attempt(() => { Object.assign(document.createElement('script'), { src: './dicom-web/a.js' }); }),
    blobWorker: attempt(() => new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])))),
    dataWorker: attempt(() => new Worker('data:text/javascript,postMessage(1)')),
    inlineStyle: getComputedStyle(document.body).getPropertyValue('--injected') !== '',
    base: document.baseURI.startsWith('http://elsewhere.example'),
    picture: isPicture,
    sheet: isSheet,
    injected: 'injected' in window,
  }));
}

for (const hasHeaders of [true, false]) {
  test(`no text becomes code and nothing is loaded from elsewhere, on a host ${hasHeaders ? 'with headers' : 'without, by the page’s own policy'}`, async ({ launchOptions }) => {
    const page = await openBrowser(launchOptions, hasHeaders);
    await openEmpty(page);
    const got = await page.evaluate(tryEverything);
    expect(Object.entries(got).filter(([, passed]) => passed).map(([name]) => name)).toEqual([]);
    expect(trap.caught.filter((request) => request.includes('elsewhere.example'))).toEqual([]);
    await page.goto('/?demo=no');
    const framed = await page.evaluate(async () => {
      const frame = document.createElement('iframe');
      frame.src = location.href;
      document.body.append(frame);
      await new Promise((done) => { setTimeout(done, 1500); });
      return frame.contentDocument?.getElementById('root') !== null && frame.contentDocument !== null;
    });
    expect(framed).toBe(false);
  });
}

test('on a host without headers the service worker adds them, so that workers have the policy too', async ({ launchOptions }) => {
  const page = await openBrowser(launchOptions, false);
  await openDemo(page, '?spine=no');
  // On a slow machine the page may have started before the service worker did: then the next load has it.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
  await openDemo(page, '?spine=no');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await pick(page, 'L1');
  expect(new Set(await askInWorkers(page))).toEqual(new Set(['refused']));
  expect(trap.caught.filter((request) => request.includes('elsewhere.example'))).toEqual([]);
});
