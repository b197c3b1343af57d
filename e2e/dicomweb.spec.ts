import { AxeBuilder } from '@axe-core/playwright';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test as base, type Locator, type Page } from '@playwright/test';
import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { data } from 'dcmjs';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { startOrthanc, whyNoOrthanc, type OrthancServer } from '../scripts/orthanc.mjs';
import { chooseFiles, messages, openEmpty, openingEnds, openItem, pickLevel, resultOf, savedResults, type Lps, type MemoryFile } from './helpers/app.ts';
import { killWorkers } from './helpers/worker-faults.ts';
import { serveCopy, type ServedCopy } from './helpers/served-copy.ts';

const TOKEN = 'e2e-7d1f.token~with+all/kinds==';
const dataFolder = process.env['OSTEOLENS_TEST_DATA'] ?? '../shared/data';
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps }> };
const missing = whyNoOrthanc();
if (missing !== null && process.env['OSTEOLENS_REQUIRE_ORTHANC'] === '1') throw new Error(`The DICOMweb tests must run here, but Orthanc is ${missing}.`);

/** The page comes from a deployment that allows this server, made as docs/dicomweb.md says. */
const test = base.extend<object, { readonly copy: ServedCopy }>({
  // oxlint-disable-next-line no-empty-pattern
  copy: [async ({}, provide) => {
    const copy = await serveCopy();
    await provide(copy);
    await copy.stop();
  }, { scope: 'worker' }],
  baseURL: ({ copy }, provide) => provide(copy.url),
});

test.skip(missing !== null, `DICOMweb against Orthanc: ${missing}`);

const UID = '1.2.826.0.1.3680043.10.1562.77';
const STUDY = `${UID}.1`;
const SERIES = `${UID}.1.1`;
/** Sixty slices of two hundred, with holes everywhere between them. */
const HOLES = `${UID}.3`;
let server: OrthancServer;
let demo: MemoryFile[] = [];
let compressed: MemoryFile[] = [];

test.beforeAll(async ({ copy }) => {
  server = await startOrthanc({ pageOrigin: copy.url, token: TOKEN });
  const dicomWeb = [{ title: 'Research archive', root: server.openRoot }, { title: 'Hospital archive', root: server.lockedRoot }];
  writeFileSync(join(copy.folder, 'deployment.json'), JSON.stringify({ allowedOrigins: [], dicomWeb }));
  execFileSync('node', ['scripts/allow-server.mjs', copy.folder]);
  [demo, compressed] = [await demoFiles(), compressedFiles()];
  const synthetic = [
    ...writeSyntheticCt({ sizeVox: [40, 36, 16], studyInstanceUid: STUDY, seriesInstanceUid: SERIES, patientName: 'Zwei^Reihen', seriesDescription: 'Sixteen', seriesNumber: 4 }),
    ...writeSyntheticCt({ sizeVox: [9, 7, 2], studyInstanceUid: STUDY, seriesInstanceUid: `${SERIES}.9`, patientName: 'Zwei^Reihen', seriesDescription: 'T2 sag', seriesNumber: 1, modality: 'MR', change: (k) => ({ SOPInstanceUID: `${SERIES}.9.${k}`, SOPClassUID: '1.2.840.10008.5.1.4.1.1.4' }) }),
  ];
  const withHoles = writeSyntheticCt({
    sizeVox: [40, 36, 200], studyInstanceUid: HOLES, seriesInstanceUid: `${HOLES}.1`, patientName: 'Lueckig', seriesDescription: 'Holes', seriesNumber: 1,
    change: (k) => ((k * 73) % 200 < 60 ? { SOPInstanceUID: `${HOLES}.1.${k + 1}` } : null),
  });
  for (const { bytes } of [...synthetic, ...withHoles]) await server.upload(bytes);
  for (const { buffer } of [...demo, ...compressed]) await server.upload(new Uint8Array(buffer));
});

test.afterAll(() => server?.stop());

async function openDialog(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Server…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open from a DICOMweb server' });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function searchFor(dialog: Locator, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label, { exact: true }).fill(value);
  await dialog.getByRole('button', { name: 'Search', exact: true }).click();
}

function sentence(page: Page): Locator {
  return page.getByTestId('server-sentence');
}

/** Paths of WADO-RS requests that the server answered, below the study. */
function watchRetrievals(page: Page): { readonly frames: () => number; readonly whole: () => number; readonly urls: string[] } {
  const urls: string[] = [];
  page.on('response', (response) => { if (response.ok() && response.request().method() === 'GET') urls.push(response.url()); });
  return { frames: () => urls.filter((url) => /\/instances\/[^/]+\/frames\/[\d,]+$/.test(url)).length, whole: () => urls.filter((url) => /\/instances\/[^/]+$/.test(url)).length, urls };
}

async function measure(page: Page, levels: readonly string[]): Promise<readonly unknown[]> {
  for (const level of levels) {
    await pickLevel(page, level, truth.levels[level]?.centreLps ?? [0, 0, 0]);
    await resultOf(page, level);
  }
  const { seriesInstanceUid, levels: found } = await savedResults(page);
  return [seriesInstanceUid, ...found.map(({ level, centreLps, measurement, network, warnings }) => ({ level, centreLps, measurement, network, warnings }))];
}

test('a study found by patient and opened by frames measures exactly what its files measure', async ({ page }) => {
  await openEmpty(page);
  const retrievals = watchRetrievals(page);
  const dialog = await openDialog(page);
  await expect(dialog.getByRole('button', { name: 'Research archive' })).toHaveAttribute('aria-pressed', 'true');
  await searchFor(dialog, { 'Patient name': 'OsteoLens' });
  await dialog.getByRole('row').filter({ hasText: /Synthetic/i }).click();
  await dialog.getByRole('button', { name: 'Open series' }).click();
  await expect(openItem(page)).toHaveCount(1, { timeout: 90_000 });
  await openingEnds(page);
  expect([retrievals.frames(), retrievals.whole()]).toEqual([demo.length, 0]);
  expect((await messages(page)).filter((text) => text.includes('fetched'))).toEqual([]);
  const fromServer = await measure(page, ['L1', 'L2', 'L3']);
  expect(fromServer[0]).toBe(truth.seriesInstanceUid);

  await openEmpty(page);
  await chooseFiles(page, demo);
  expect(await measure(page, ['L1', 'L2', 'L3'])).toEqual(fromServer);
});

test('a series of which most slices are missing ends in a sentence and not in waiting', async ({ page }) => {
  await openEmpty(page);
  const dialog = await openDialog(page);
  await searchFor(dialog, { 'Patient name': 'Lueckig' });
  await dialog.getByRole('row').filter({ hasText: /Lueckig/i }).click();
  await dialog.getByRole('button', { name: 'Open series' }).click();
  await expect(page.getByLabel('Series').getByText('slices at uneven distances')).toBeVisible();
  await openingEnds(page);
  await expect(page.getByTestId('series-item')).toHaveCount(1);
  await expect(openItem(page)).toHaveCount(0);
});

test('a compressed series opens by frames behind a token, with the values of its files', async ({ page }) => {
  test.skip(compressed.length === 0, `no real CT at ${dataFolder}`);
  await openEmpty(page);
  const retrievals = watchRetrievals(page);
  const dialog = await openDialog(page);
  await dialog.getByRole('button', { name: 'Hospital archive' }).click();
  await searchFor(dialog, { 'Patient ID': 'SLAB' });
  await expect(sentence(page)).toContainText('asks for a login (HTTP 401)');
  await searchFor(dialog, { 'Bearer token, if it asks for one': 'wrong' });
  await expect(sentence(page)).toContainText('asks for a login (HTTP 401)');
  await searchFor(dialog, { 'Bearer token, if it asks for one': 'no token' });
  await expect(sentence(page)).toContainText('The bearer token holds characters that no token has');
  await searchFor(dialog, { 'Bearer token, if it asks for one': TOKEN });
  await dialog.getByRole('row').filter({ hasText: 'SLAB' }).click();
  await dialog.getByRole('button', { name: 'Open series' }).click();
  await expect(openItem(page)).toHaveCount(1, { timeout: 90_000 });
  await openingEnds(page);
  expect([retrievals.frames(), retrievals.whole()]).toEqual([compressed.length, 0]);
  const fromServer = await readouts(page);
  expect(new Set(fromServer).size).toBeGreaterThan(4);
  // The token is in no address and nothing is stored.
  expect(retrievals.urls.filter((url) => url.includes('e2e-7d1f'))).toEqual([]);
  const kept = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), location.href, document.cookie]));
  expect(kept).not.toContain('e2e-7d1f');

  await openEmpty(page);
  await chooseFiles(page, compressed);
  expect(await readouts(page)).toEqual(fromServer);
});

/** What the page reads out under the mouse at fixed places of each plane. */
async function readouts(page: Page, spotsOf: (plane: string) => readonly (readonly [number, number])[] = () => [[0.5, 0.5], [0.4, 0.52], [0.62, 0.47]]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const plane of ['axial', 'sagittal', 'coronal']) {
    const box = await page.getByTestId(`plane-${plane}`).boundingBox();
    if (!box) throw new Error(`No ${plane} plane.`);
    for (const [x, y] of spotsOf(plane)) {
      await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
      await expect(page.getByTestId('hover')).toContainText('HU');
      texts.push(await page.getByTestId('hover').innerText());
    }
  }
  return texts;
}

test('the keyboard alone finds and opens a series; what is not CT is listed apart', async ({ page }) => {
  await openEmpty(page);
  const dialog = await openDialog(page);
  await dialog.getByLabel('Patient name', { exact: true }).focus();
  await page.keyboard.type('zwei');
  await page.keyboard.press('Enter');
  const study = dialog.getByRole('row', { name: /Zwei/ });
  await expect(study).toBeVisible();
  await study.focus();
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('Not CT, so not opened here: MR T2 sag.')).toBeVisible();
  await expect(dialog.getByRole('row', { name: /Sixteen/ })).toHaveAttribute('aria-selected', 'true');
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
  await dialog.getByRole('button', { name: 'Open series' }).focus();
  await page.keyboard.press('Enter');
  await expect(openItem(page)).toContainText('Sixteen');
});

test('a link opens a series of an allowed server, and says what is wrong with it', async ({ page }) => {
  const link = (root: string, study: string, series: string): string => `/?dicomweb=${encodeURIComponent(root)}&study=${study}&series=${series}`;
  await page.goto(link(server.openRoot, STUDY, SERIES));
  await expect(openItem(page)).toContainText('Sixteen');
  for (const [address, said] of [
    [link(server.openRoot, STUDY, '1.2.3.4'), 'does not know what was asked for (HTTP 404)'],
    [link(server.openRoot, STUDY, '../x'), 'The link names no valid series UID'],
    [link(server.openRoot, '', SERIES), 'The link names no valid study UID'],
    [link(server.lockedRoot, STUDY, SERIES), 'asks for a login (HTTP 401)'],
    [link('https://evil.example/dicom-web', STUDY, SERIES), 'may not read from https://evil.example'],
  ] as const) {
    await page.goto(address);
    await expect(page.getByTestId('message').filter({ hasText: said })).toHaveCount(1);
    await expect(page.getByTestId('welcome')).toBeVisible();
  }
  // The address of the link stands in the form, ready for a token.
  const dialog = await openDialog(page);
  await expect(dialog.getByLabel('DICOMweb address', { exact: true })).toHaveValue('https://evil.example/dicom-web');
});

test('a series is there although the worker that fetched it died, and the death of two is said, of a search too', async ({ page, baseURL }) => {
  // Of the page's own origin: Chromium lets a worker whose script a test has changed ask no other one of this computer.
  await page.route(`${baseURL}/dicom-web/**`, async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace(`${baseURL}/dicom-web`, server.openRoot) }) }));
  const died = await killWorkers(page, 'dicomweb', 5);
  await openEmpty(page);
  const dialog = await openDialog(page);
  await searchFor(dialog, { 'DICOMweb address': '/dicom-web', 'Patient name': 'Zwei' });
  await expect(sentence(page)).toHaveText('The server could not be searched: the browser stopped the search twice, often for want of memory; close other tabs and programs and search again.');
  expect(died()).toBe(2);
  const address = `/?dicomweb=/dicom-web&study=${STUDY}&series=${SERIES}`;
  await page.goto(address);
  await expect(page.getByTestId('message')).toHaveText(/^The files could not be read: the browser stopped the reading twice, often for want of memory; close other tabs and programs and open them again\./);
  expect(died()).toBe(4);
  const retrievals = watchRetrievals(page);
  await page.goto(address);
  await expect(openItem(page)).toContainText('Sixteen');
  expect(died()).toBe(5);
  // Fetched twice, opened once.
  expect(retrievals.frames()).toBe(32);
  await expect(openItem(page)).toContainText('16 slices');
  expect(await messages(page)).toEqual([]);
});

test('each way in which a search fails is told in one sentence, and nothing leaves for an origin that is not allowed', async ({ page, baseURL }) => {
  await openEmpty(page);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const dialog = await openDialog(page);
  const address = 'DICOMweb address';
  await page.route(`${baseURL}/login-page/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<html>Log in</html>' }));
  await searchFor(dialog, { 'Patient name': 'Nobody' });
  await expect(sentence(page)).toContainText('has no study that matches');
  for (const [typed, said] of [
    ['http://127.0.0.1:9/dicom-web', 'may not read from http://127.0.0.1:9'],
    ['https://evil.example/dicom-web', 'may not read from https://evil.example'],
    ['ftp://pacs.example/dicom-web', 'is no address of a DICOMweb server'],
    [`${baseURL}/login-page`, 'answered something else than DICOM JSON'],
    [`${server.openRoot}/elsewhere`, 'does not know what was asked for (HTTP 404)'],
  ] as const) {
    await searchFor(dialog, { [address]: typed });
    await expect(sentence(page)).toContainText(said);
    await expect(sentence(page)).toHaveText(/\.$/);
  }
  expect(asked.filter((url) => url.includes('evil.example') || url.includes('127.0.0.1:9/'))).toEqual([]);
});

test('a server that is gone, or does not let the page read, is told', async ({ page }) => {
  await openEmpty(page);
  const dialog = await openDialog(page);
  // Aborted connections and answers without CORS headers look the same to a page.
  await page.route(`${server.openRoot}/**`, (route) => route.abort('connectionrefused'));
  await searchFor(dialog, { 'Patient name': 'zwei' });
  await expect(sentence(page)).toContainText('was not reached, or does not let this page read it (CORS)');
});

test('whole instances are fetched from a server that refuses frames', async ({ page }) => {
  const retrievals = watchRetrievals(page);
  await page.route('**/frames/**', (route) => route.fulfill({ status: 406, headers: { 'access-control-allow-origin': '*' } }));
  await page.goto(`/?dicomweb=${encodeURIComponent(server.openRoot)}&study=${STUDY}&series=${SERIES}`);
  await expect(openItem(page)).toContainText('Sixteen');
  expect([retrievals.frames(), retrievals.whole()]).toEqual([0, 16]);
});

test('images that cannot be fetched are named as missing; when there are many, nothing opens', async ({ page }) => {
  const address = `/?dicomweb=${encodeURIComponent(server.openRoot)}&study=${STUDY}&series=${SERIES}`;
  const lose = (wanted: RegExp) => page.route(wanted, (route) => route.fulfill({ status: 500, headers: { 'access-control-allow-origin': '*' } }));
  // Of 16 slices the last but one.
  const uid = instanceUidOf(14);
  await lose(new RegExp(`/instances/${uid.replaceAll('.', '\\.')}(/frames/1)?$`));
  await page.goto(address);
  await expect(openItem(page)).toContainText('Sixteen');
  expect(await messages(page)).toContainEqual(expect.stringMatching(/^1 of 16 images of 127\.0\.0\.1:\d+ \(HTTP 500\) could not be fetched and are treated as missing/));
  // The series check finds the hole that is left.
  await expect(page.getByLabel('Study', { exact: true })).toContainText('lacks 1 slice');
  await page.unrouteAll();
  await lose(/\/instances\/[^/]+(\/frames\/1)?$/);
  await page.goto(address);
  await expect(page.getByTestId('message').filter({ hasText: 'could not be fetched, so nothing was opened' })).toHaveCount(1);
  await expect(page.getByTestId('welcome')).toBeVisible();
});

function instanceUidOf(k: number): string {
  const bytes = writeSyntheticCt({ sizeVox: [40, 36, 16], studyInstanceUid: STUDY, seriesInstanceUid: SERIES })[k]?.bytes;
  if (!bytes) throw new Error(`There is no slice ${k}.`);
  const uid = data.DicomMessage.readFile(bytes.buffer, { ignoreErrors: false, forceStoreRaw: false }).dict['00080018']?.Value?.[0];
  if (typeof uid !== 'string') throw new Error('The slice has no UID.');
  return uid;
}

async function demoFiles(): Promise<MemoryFile[]> {
  const reader = new ZipReader(new BlobReader(new Blob([readFileSync('public/demo/demo-study.zip')])));
  const files: MemoryFile[] = [];
  for (const entry of await reader.getEntries()) {
    if (entry.directory || !entry.filename.endsWith('.dcm')) continue;
    files.push({ name: entry.filename.replaceAll('/', '-'), mimeType: 'application/dicom', buffer: Buffer.from(await entry.getData(new Uint8ArrayWriter())) });
  }
  return files;
}

/** Real JPEG 2000 slices, with the UIDs that their anonymisation emptied; Orthanc stores nothing without. */
function compressedFiles(): MemoryFile[] {
  const folder = join(dataFolder, 'ct/ts-slab-j2k');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => !name.endsWith('.md')).toSorted().map((name, k) => {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    const file = data.DicomMessage.readFile(bytes.buffer, { ignoreErrors: false, forceStoreRaw: false });
    const uids = { '00080018': `${UID}.2.1.${k + 1}`, '0020000D': `${UID}.2`, '0020000E': `${UID}.2.1` };
    for (const [tag, uid] of Object.entries(uids)) file.upsertTag(tag, 'UI', [uid]);
    file.upsertTag('00100020', 'LO', ['SLAB']);
    return { name: `${k}.dcm`, mimeType: 'application/dicom', buffer: Buffer.from(file.write({ allowInvalidVRLength: true, fragmentMultiframe: false })) };
  });
}

test('a whole real chest opens by frames, and measures as the reference', async ({ page }) => {
  test.setTimeout(300_000);
  const folder = join(dataFolder, 'ct/lidc-0314-chest');
  test.skip(!existsSync(folder), `no real CT at ${dataFolder}`);
  const names = readdirSync(folder).filter((name) => name.endsWith('.dcm'));
  for (const name of names) await server.upload(new Uint8Array(readFileSync(join(folder, name))));
  await openEmpty(page);
  const retrievals = watchRetrievals(page);
  const dialog = await openDialog(page);
  await searchFor(dialog, { 'Patient ID': 'LIDC-IDRI-0314' });
  await dialog.getByRole('row').filter({ hasText: 'LIDC-IDRI-0314' }).click();
  await dialog.getByRole('button', { name: 'Open series' }).click();
  await expect(openItem(page)).toContainText('CT, 275 slices, 0.78 × 0.78 × 1.00 mm', { timeout: 180_000 });
  await openingEnds(page);
  expect([retrievals.frames(), retrievals.whole()]).toEqual([names.length, 0]);
  const { levels } = (JSON.parse(readFileSync(join(dataFolder, 'reference.json'), 'utf8')) as { readonly 'lidc-0314-chest': { readonly levels: Record<string, { readonly centre: Lps; readonly hu: number }> } })['lidc-0314-chest'];
  const wanted = ['T11', 'T12'];
  for (const level of wanted) {
    await pickLevel(page, level, levels[level]?.centre ?? [0, 0, 0]);
    await resultOf(page, level);
  }
  const saved = await savedResults(page);
  expect(saved.levels.map(({ level }) => level)).toEqual(wanted);
  for (const { level, measurement } of saved.levels) {
    // The files themselves are held to the same bound in real-ct.spec.ts.
    expect(Math.abs((measurement?.meanHu ?? 0) - (levels[level]?.hu ?? 0))).toBeLessThanOrEqual(24);
  }
});

test('multi-frame CT opens by frames, plain and compressed, with the values of its file', async ({ page }) => {
  // The picture is a few voxels small, turned, and beside the middle of the view.
  const middles: Readonly<Record<string, readonly [number, number]>> = { axial: [0.485, 0.585], sagittal: [0.61, 0.5], coronal: [0.48, 0.5] };
  const spots = (plane: string) => [[0, 0], [-0.01, 0.01], [0.012, -0.01]].map(([dx = 0, dy = 0]) => [(middles[plane]?.[0] ?? 0) + dx, (middles[plane]?.[1] ?? 0) + dy] as const);
  for (const [number, name] of ['enhanced/native.dcm', 'enhanced/j2k.dcm'].entries()) {
    const study = `${UID}.${number + 4}`;
    const bytes = await longMultiFrame(name, study);
    await server.upload(bytes);
    const retrievals = watchRetrievals(page);
    await page.goto(`/?dicomweb=${encodeURIComponent(server.openRoot)}&study=${study}&series=${study}.1`);
    await expect(openItem(page)).toContainText('CT, 12 slices', { timeout: 60_000 });
    await openingEnds(page);
    expect(retrievals.frames(), name).toBeGreaterThan(0);
    expect(retrievals.whole(), name).toBe(0);
    const fromServer = await readouts(page, spots);
    expect(new Set(fromServer).size).toBeGreaterThan(4);
    await openEmpty(page);
    await chooseFiles(page, [{ name: 'multi.dcm', mimeType: 'application/dicom', buffer: Buffer.from(bytes) }]);
    await openingEnds(page);
    expect(await readouts(page, spots), name).toEqual(fromServer);
    await page.unrouteAll();
  }
});

/** A synthetic multi-frame file of the reference cases, its four frames repeated to twelve, as fewer are too few for three planes. */
async function longMultiFrame(name: string, study: string): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new ZipReader(new BlobReader(new Blob([readFileSync('e2e/fixtures/reference/synthetic.zip')])));
  const entry = (await reader.getEntries()).find(({ filename }) => filename === name);
  if (!entry || entry.directory) throw new Error(`${name} is not among the synthetic cases.`);
  const short = Uint8Array.from(await entry.getData(new Uint8ArrayWriter()));
  const file = data.DicomMessage.readFile(short.buffer, { ignoreErrors: false, forceStoreRaw: false });
  const dict = file.dict as Record<string, { vr: string; Value: unknown[] }>;
  const [groups, pixels] = [dict['52009230'], dict['7FE00010']];
  if (!groups || !pixels) throw new Error(`${name} is no multi-frame image.`);
  const thrice = <T>(values: readonly T[]): T[] => [...values, ...values, ...values];
  groups.Value = thrice(groups.Value as object[]).map((group, frame) => {
    const copy = structuredClone(group) as Record<string, { Value: Record<string, { Value: number[] }>[] }>;
    const position = copy['00209113']?.Value[0]?.['00200032'];
    if (!position) throw new Error(`Frame ${frame} has no position.`);
    position.Value = [-31.5, 17.25, -840.5 + 2.5 * frame];
    return copy;
  });
  const [native] = pixels.Value as ArrayBuffer[];
  if (pixels.Value.length === 1 && native) pixels.Value = [await new Blob(thrice([native])).arrayBuffer()];
  else pixels.Value = thrice(pixels.Value);
  file.upsertTag('00280008', 'IS', [12]);
  for (const [tag, uid] of Object.entries({ '00080018': `${study}.2`, '0020000D': study, '0020000E': `${study}.1` })) file.upsertTag(tag, 'UI', [uid]);
  return new Uint8Array(file.write({ allowInvalidVRLength: true, fragmentMultiframe: false }) as ArrayBuffer);
}
