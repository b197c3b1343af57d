import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { ownModel, sealed } from '#src/testing/model-folders.ts';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { chooseFiles, openEmpty, openingEnds, openItem, resultOf, type MemoryFile } from './helpers/app.ts';
import { drop, zipOf } from './helpers/model-files.ts';

/** Runs, if it is ever taken for markup, in every browser. */
const MARKUP = '<img src=x onerror="window.injected=1"><svg onload="window.injected=1">';
const [OVERRIDE, ISOLATE, BELL] = ['\u202e', '\u2066', '\u0007'];
const HEBREW = 'שלום';

const said: string[] = [];
test.beforeEach(({ page }) => {
  said.length = 0;
  page.on('console', (message) => { if (/polic|trusted/i.test(message.text())) said.push(message.text()); });
  page.on('pageerror', (error) => said.push(String(error)));
});

/** Nothing of what was given became part of the page but as text, nothing was tried that the policy had to stop, and the layout holds. */
async function expectOnlyText(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    injected: 'injected' in window,
    elements: document.querySelectorAll('[onerror], [onload], [src="x"], iframe, object, embed, base').length,
    // The application's own isolates (U+2068, U+2069) may stand around a name.
    hidden: /(?![\u2068\u2069])\p{Bidi_Control}|(?![\n\t])\p{Cc}/u.test(document.body.innerText),
    links: [...document.querySelectorAll('a[href]')].filter((link) => !/^(https?:|blob:)/.test((link as HTMLAnchorElement).href)).length,
    isWide: document.documentElement.scrollWidth > window.innerWidth,
  }));
  expect(found).toEqual({ injected: false, elements: 0, hidden: false, links: 0, isWide: false });
  expect(said).toEqual([]);
}

function ctFiles(change: Record<string, unknown>, overrides: Parameters<typeof writeSyntheticCt>[0] = {}): MemoryFile[] {
  const written = writeSyntheticCt({ sizeVox: [40, 36, 16], ...overrides, change: () => change });
  // Each slice needs a UID of its own, which `change` keeps.
  return written.map(({ name, bytes }) => ({ name, mimeType: 'application/dicom', buffer: Buffer.from(bytes) }));
}

test('descriptions and kernels with markup, direction and control characters, and no end, are shown as one line of plain text', async ({ page }) => {
  await openEmpty(page);
  const uid = '1.2.826.0.1.3680043.10.1562.88';
  const description = `${MARKUP}${OVERRIDE}${ISOLATE}Th${BELL}orax`;
  const named = ctFiles({ SpecificCharacterSet: 'ISO_IR 192', SeriesDescription: description, StudyDescription: MARKUP, ConvolutionKernel: `<b>B30</b>${OVERRIDE}`, PatientName: MARKUP, ImageComments: MARKUP });
  const long = ctFiles({ SpecificCharacterSet: 'ISO_IR 192', SeriesDescription: `${'Wirbelsäule'.repeat(2000)}Ende`, SeriesInstanceUID: `${uid}.1` }, { seriesInstanceUid: `${uid}.1` });
  const refused = ctFiles({ SpecificCharacterSet: 'ISO_IR 192', SeriesDescription: `${MARKUP}${OVERRIDE}`, SeriesInstanceUID: `${uid}.2` }, { seriesInstanceUid: `${uid}.2`, modality: 'MR' });
  const hebrew = ctFiles({ SpecificCharacterSet: 'ISO_IR 192', SeriesDescription: `${HEBREW} 12`, SeriesInstanceUID: `${uid}.3` }, { seriesInstanceUid: `${uid}.3` });
  await chooseFiles(page, [...named, ...long, ...refused, ...hebrew]);
  const items = page.getByTestId('series-item');
  await expect(items.filter({ hasText: `${MARKUP}Th orax` })).toHaveCount(1);
  await expect(items.filter({ hasText: /^(Wirbelsäule)+Wir…[a-zäW]+Ende/ })).toHaveCount(1);
  await expect(items.filter({ hasText: `\u2068${HEBREW} 12\u2069` })).toHaveCount(1);
  await expect(page.getByLabel('Series')).toContainText(MARKUP);
  await items.filter({ hasText: 'Th orax' }).click();
  await openingEnds(page);
  await expect(page.getByLabel('Study and network facts')).toContainText('<b>B30</b>');
  await expectOnlyText(page);
});

test('file names, members of an archive that point out of it, and what files claim to be, are only names', async ({ page }) => {
  await openEmpty(page);
  const [slice] = writeSyntheticCt({ sizeVox: [40, 36, 16] });
  const slices = writeSyntheticCt({ sizeVox: [40, 36, 16] });
  const zip = await zipOf(new Map<string, Uint8Array>([
    ...slices.map(({ name, bytes }) => [`../../../../etc/${name}`, bytes] as const),
    [`..\\..\\Windows\\${MARKUP}.dcm`, slice?.bytes.subarray(0, 300) ?? new Uint8Array()],
    [`C:/report${OVERRIDE}fdp.dcm`, new TextEncoder().encode('no DICOM')],
  ]));
  await drop(page, new Map<string, Uint8Array>([
    [`${MARKUP}.zip`, zip],
    [`invoice${OVERRIDE}fdp.exe`, new TextEncoder().encode('MZ')],
    [`javascript:alert(1)//${'a'.repeat(300)}.dcm`, new TextEncoder().encode('x')],
  ]));
  await expect(openItem(page)).toContainText('16 slices');
  await openingEnds(page);
  const told = (await page.getByTestId('message').allInnerTexts()).join('\n');
  expect(told).toContain('invoicefdp.exe');
  expect(told).toContain('reportfdp.dcm');
  expect(told).toContain('onerror');
  expect(told).not.toContain('a'.repeat(200));
  await expectOnlyText(page);
});

test('results and centroid files with markup, foreign keys or formulas place what they may and inject nothing', async ({ page }) => {
  await openEmpty(page);
  const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: readonly number[] }> };
  const demo: MemoryFile = { name: 'demo.zip', mimeType: 'application/zip', buffer: readFileSync('public/demo/demo-study.zip') };
  const results = (name: string, levels: unknown, more: object = {}): MemoryFile => ({ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: truth.seriesInstanceUid, levels, ...more })) });
  await chooseFiles(page, [demo]);
  const run = { modelId: `${MARKUP}${OVERRIDE}`, modelSha256: 'ab'.repeat(32), backend: 'wasm', elapsedMs: 1, appVersion: MARKUP };
  await chooseFiles(page, [results(`${MARKUP}.osteolens.json`, [{ level: 'L1', centreLps: truth.levels['L1']?.centreLps, run, warnings: [{ code: MARKUP, effect: 'mark', sentence: MARKUP }] }], { statement: MARKUP })]);
  await resultOf(page, 'L1');
  await expect(page.getByTestId('message').filter({ hasText: 'L1 placed' })).toContainText('onerror');
  await chooseFiles(page, [results('wrong.osteolens.json', [{ level: MARKUP, centreLps: [0, 0, 0] }]), results('polluted.osteolens.json', JSON.parse('[{"level":"L2","centreLps":[0,0,0],"__proto__":{"polluted":1}}]'))]);
  await chooseFiles(page, [{ name: `x${OVERRIDE}_ctd.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify([{ direction: [MARKUP, 'P', 'S'] }, { label: 20, X: 1, Y: 1, Z: 1 }])) }]);
  expect(await page.evaluate(() => 'polluted' in {})).toBe(false);
  await expectOnlyText(page);
});

test('a dropped network whose manifest is full of markup is named in plain text', async ({ page }) => {
  await openEmpty(page);
  const own = ownModel();
  const manifest = { ...own.manifest, title: `${MARKUP}${OVERRIDE}Clinic`, version: `1${BELL}<i>0</i>`, licence: MARKUP, intendedUse: MARKUP, warnings: [MARKUP], provenance: { ...own.manifest.provenance, data: { ...own.manifest.provenance.data, description: MARKUP } } };
  await drop(page, new Map([['clinic.zip', await zipOf(sealed({ ...own, manifest }))]]));
  await page.getByRole('banner').getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Networks' }).click();
  const entry = page.getByTestId('network-entry').filter({ hasText: `${MARKUP}Clinic, 1 <i>0</i>` });
  await expect(entry).toHaveCount(1, { timeout: 60_000 });
  await entry.getByText('Model card').click();
  await expect(entry.locator('pre')).toContainText('<img src=x onerror=');
  await expectOnlyText(page);
});

test('what a DICOMweb server answers is shown as text, too', async ({ page, baseURL }) => {
  const value = (vr: string, ...values: unknown[]) => ({ vr, Value: values });
  await page.route(`${baseURL}/dicom-web/**`, (route) => {
    const isSeries = route.request().url().includes('/series');
    return route.fulfill({ contentType: 'application/dicom+json', json: [isSeries
      ? { '0020000E': value('UI', '1.2.3.4'), '00080060': value('CS', 'CT'), '0008103E': value('LO', `${MARKUP}${OVERRIDE}`), '00200011': value('IS', '1') }
      : { '0020000D': value('UI', '1.2.3'), '00100010': value('PN', { Alphabetic: `${MARKUP}^${OVERRIDE}Doe` }), '00100020': value('LO', `=cmd${BELL}`), '00081030': value('LO', `javascript:alert(1)${'x'.repeat(500)}`), '00080020': value('DA', MARKUP) }] });
  });
  await openEmpty(page);
  await page.getByRole('button', { name: 'Server…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('DICOMweb address', { exact: true }).fill('/dicom-web');
  await dialog.getByLabel('Patient name', { exact: true }).fill('x');
  await dialog.getByRole('button', { name: 'Search', exact: true }).click();
  const row = dialog.getByRole('row').filter({ hasText: 'Doe' });
  await expect(row).toContainText(`${MARKUP}, Doe`);
  await row.click();
  await expect(dialog.getByRole('row').filter({ hasText: MARKUP }).last()).toBeVisible();
  await expectOnlyText(page);
});

test('addresses in a link that are none, or are code, end in a sentence', async ({ page, baseURL }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  for (const [name, address, wanted] of [
    ['url', 'javascript:window.injected=1', 'is no web address that can be opened'],
    ['url', 'data:text/html,<script>window.injected=1</script>', 'is no web address that can be opened'],
    ['url', `blob:${baseURL}/0b1c`, 'is no web address that can be opened'],
    ['url', `https://elsewhere.example\\@${new URL(baseURL ?? '').host}/a.zip`, 'leads to https://elsewhere.example'],
    ['url', `${MARKUP}${OVERRIDE}`, 'onerror'],
    ['dicomweb', 'javascript:window.injected=1', 'is no address of a DICOMweb server'],
    ['dicomweb', `data:application/dicom+json,[]${MARKUP}`, 'is no address of a DICOMweb server'],
    ['dicomweb', 'https://user:secret@elsewhere.example/', 'is no address of a DICOMweb server'],
  ] as const) {
    await page.goto(`/?${name}=${encodeURIComponent(address)}&study=1.2&series=1.3`);
    await expect(page.getByTestId('message').filter({ hasText: wanted }), address).toHaveCount(1);
    await expectOnlyText(page);
    expect(await page.getByTestId('message').innerText()).not.toContain('secret');
  }
  expect(asked.filter((url) => !url.startsWith(`${baseURL}/`) && !/^(data|blob):/.test(url))).toEqual([]);
});
