import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { bundledModel, ownModel, sealed, withEndlessProducts, withExternalData, withNanWeights, withOperator, type ModelParts } from '#src/testing/model-folders.ts';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { messages, openEmpty, openItem, openingEnds, pickLevel, resultOf, savedResults, type Lps } from './helpers/app.ts';
import { hurryTimers } from './helpers/hurried-timers.ts';
import { drop, writeFolder, zipOf, type Files } from './helpers/model-files.ts';

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps }> };
const bundled = bundledModel();
const own = ownModel();
const ownFiles = sealed(own);
const ownSha = createHash('sha256').update(own.model).digest('hex');
const TITLE = own.manifest.title;

async function openDemo(page: Page, query = '?spine=no'): Promise<void> {
  await page.goto(`/${query}`);
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
}

async function pickL1(page: Page): Promise<Locator> {
  await pickLevel(page, 'L1', truth.levels['L1']?.centreLps ?? [0, 0, 0]);
  return resultOf(page, 'L1');
}

/** Waits until what was given has been checked, well or not. */
async function toldOf(page: Page, name: string): Promise<string> {
  const message = page.getByTestId('message').filter({ hasText: name }).first();
  await expect(message).toBeVisible({ timeout: 60_000 });
  return message.locator('span').innerText();
}

async function openNetworks(page: Page): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Networks' }).click();
  return page.getByRole('dialog', { name: 'Settings' });
}

async function closeSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

/** L1 of the results file. */
async function savedL1(page: Page) {
  const [level] = (await savedResults(page)).levels;
  if (!level?.network || !level.run) throw new Error('L1 has no estimate.');
  return { run: level.run as { readonly modelId?: string; readonly modelSha256: string }, width: level.network.vbmdMgCm3.high - level.network.vbmdMgCm3.low, value: level.network.vbmdMgCm3.value };
}

async function savedCsv(page: Page): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  return readFileSync(await (await download).path(), 'utf8');
}

test('a zip of a clinic’s network passes its checks, is chosen for the study, makes its numbers, and is left again', async ({ page }) => {
  await openDemo(page);
  await pickL1(page);
  const before = await savedL1(page);
  expect(before.run.modelId).toBe(bundled.manifest.id);
  await expect(page.getByTestId('network-choice')).toHaveCount(0);

  await drop(page, new Map([['clinic.zip', await zipOf(ownFiles, 'clinic/')]]));
  expect(await toldOf(page, 'clinic.zip/clinic')).toContain(`${TITLE} 1.2.0 passed its checks`);
  // The study stays as it was: nothing is chosen, and nothing was read as a study.
  await expect(page.getByTestId('row-L1')).toHaveAttribute('data-status', 'done');
  expect((await savedL1(page)).run.modelId).toBe(bundled.manifest.id);

  const settings = await openNetworks(page);
  const entry = settings.getByTestId('network-entry').filter({ hasText: TITLE });
  await expect(entry).toContainText(`clinic-dxa, SHA-256 ${ownSha.slice(0, 12)}`);
  await expect(entry).toContainText('Trained on 9090 simulated and 412 real vertebrae: 412 vertebrae of 131 patients with DXA');
  await expect(entry).toContainText('Trained with one DXA machine.');
  await expect(entry).toContainText('Your own network, not validated by OsteoLens.');
  await expect(entry).toContainText(/Passed its checks here: (\d+ ms|[\d.]+ s, which is slow,) a level with WASM, \d+ threads?\. For this page only/);
  await entry.getByText('Model card').click();
  await expect(entry.locator('pre')).toHaveText(own.card);
  await expect(entry.locator('img')).toHaveCount(0);
  expect(await page.title()).not.toContain('injected');
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
  await entry.getByRole('button', { name: `Use for this study: ${TITLE}` }).click();
  await expect(entry).toHaveAttribute('aria-current', 'true');
  await closeSettings(page);

  await expect(page.getByTestId('network-in-use')).toHaveText(`Network: ${TITLE} 1.2.0 (clinic-dxa, SHA-256 ${ownSha.slice(0, 12)}), your own, not the bundled one; not validated by OsteoLens.`);
  await resultOf(page, 'L1');
  await expect(page.getByTestId('level-table')).toContainText('Network, 80 % interval');
  await expect(page.getByTestId('research-notice')).toContainText('The network in use is your own and has not been validated by OsteoLens.');
  await expect(page.getByTestId('research-notice')).not.toContainText('simulated');
  await expect(page.getByRole('contentinfo', { name: 'Study and network facts' })).toContainText('clinic-dxa 1.2.0, your own, not the bundled one');
  const after = await savedL1(page);
  expect(after.run).toMatchObject({ modelId: 'clinic-dxa', modelSha256: ownSha });
  expect(after.value).toBeCloseTo(before.value, 1);
  expect(after.width / before.width).toBeCloseTo(2, 3);
  expect(await savedCsv(page)).toContain(`clinic-dxa,${ownSha}`);

  const again = await openNetworks(page);
  await again.getByRole('button', { name: `Remove ${TITLE}` }).click();
  await expect(again.getByTestId('network-entry')).toHaveCount(1);
  await closeSettings(page);
  await resultOf(page, 'L1');
  await expect(page.getByTestId('level-table')).toContainText('Network, 90 % interval');
  const back = await savedL1(page);
  expect([back.run.modelId, back.run.modelSha256, back.value, back.width]).toEqual([before.run.modelId, before.run.modelSha256, before.value, before.width]);
  await expect(page.getByTestId('network-choice')).toHaveCount(0);
  await expect(page.getByTestId('research-notice')).toContainText('simulated');
});

test('a folder chosen in the settings is kept only on request, is checked again on the next visit, and refused once it is damaged', async ({ page }) => {
  await openDemo(page);
  const settings = await openNetworks(page);
  const chosen = page.waitForEvent('filechooser');
  await settings.getByRole('button', { name: 'Network folder…' }).click();
  await (await chosen).setFiles(writeFolder('clinic', ownFiles));
  const entry = settings.getByTestId('network-entry').filter({ hasText: TITLE });
  await expect(entry).toBeVisible({ timeout: 60_000 });
  const filesKept = () => page.evaluate(async () => {
    const names: string[] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder as unknown as AsyncIterable<[string, FileSystemHandle]>) {
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`);
        else names.push(path + name);
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return names.filter((name) => name.startsWith('models/')).sort();
  });
  expect(await filesKept()).toEqual([]);
  await entry.getByRole('button', { name: `Keep ${TITLE} in this browser` }).click();
  await expect(entry).toContainText('Kept in this browser until you remove it.');
  const kept = await filesKept();
  expect(kept).toHaveLength(4);
  expect(kept[0]).toMatch(/^models\/[0-9a-f]{16}\/golden\.bin/);
  const saving = page.waitForEvent('download');
  await entry.getByRole('button', { name: `Save a copy of ${TITLE}` }).click();
  expect((await saving).suggestedFilename()).toBe(`clinic-dxa-${ownSha.slice(0, 12)}.zip`);
  const copy = readFileSync(await (await saving).path());

  await openDemo(page);
  await pickL1(page);
  await expect(page.getByTestId('network-choice')).toHaveValue('');
  await page.getByTestId('network-choice').selectOption({ label: `${TITLE}, 1.2.0 (your own)` });
  await expect(page.getByTestId('network-in-use')).toContainText('clinic-dxa', { timeout: 60_000 });
  await resultOf(page, 'L1');
  expect((await savedL1(page)).run.modelSha256).toBe(ownSha);

  await page.evaluate(async (path) => {
    const [root = '', key = ''] = path.split('/');
    const folder = await (await (await navigator.storage.getDirectory()).getDirectoryHandle(root)).getDirectoryHandle(key);
    // The storage's own names carry a mark behind the file's (src/storage/worker).
    const names: string[] = [];
    for await (const name of (folder as unknown as { keys: () => AsyncIterable<string> }).keys()) names.push(name);
    const handle = await folder.getFileHandle(names.find((name) => name.startsWith('model.onnx')) ?? '');
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
  }, kept[0] ?? '');
  await openDemo(page);
  await pickL1(page);
  await page.getByTestId('network-choice').selectOption({ label: `${TITLE}, 1.2.0 (your own)` });
  expect(await toldOf(page, 'SHA-256')).toBe(`${TITLE}: The model was refused: the SHA-256 of model.onnx is not that of its manifest, so the file was changed or damaged; copy the folder again from where it was exported.`);
  expect((await savedL1(page)).run.modelId).toBe(bundled.manifest.id);
  const damaged = await openNetworks(page);
  await expect(damaged.getByRole('alert')).toContainText('changed or damaged');
  await expect(damaged.getByRole('button', { name: `Save a copy of ${TITLE}` })).toHaveCount(0);
  await damaged.getByRole('button', { name: `Remove ${TITLE}` }).click();
  await expect(damaged.getByTestId('network-entry')).toHaveCount(1);
  expect(await filesKept()).toEqual([]);
  await closeSettings(page);
  await drop(page, new Map([['the-copy.zip', copy]]));
  expect(await toldOf(page, 'the-copy.zip')).toContain(`${TITLE} 1.2.0 passed its checks`);
});

type Wrong = { readonly name: string; readonly files: Files; readonly words: string };

function without(files: Files, name: string): Files {
  return new Map([...files].filter(([one]) => one !== name));
}

function swapped(files: Files, name: string, content: Uint8Array): Files {
  return new Map([...files].map(([one, old]) => [one, one === name ? content : old] as const));
}

const changed = (parts: Partial<ModelParts>): Files => sealed({ ...own, ...parts });
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const spine = new Map(['manifest.json', 'model.onnx', 'golden.bin', 'model-card.md'].map((name) => [name, new Uint8Array(readFileSync(`public/models/osteolens-spine/${name}`))] as const));

const WRONG: readonly Wrong[] = [
  { name: 'no-golden', files: without(ownFiles, 'golden.bin'), words: 'golden.bin is not in the folder; drop the whole folder' },
  { name: 'no-manifest', files: without(ownFiles, 'manifest.json'), words: 'manifest.json is not in the folder' },
  { name: 'schema', files: swapped(ownFiles, 'manifest.json', encode(JSON.stringify({ ...own.manifest, levels: ['L1', 'L9'] }))), words: 'its manifest field levels.1 is wrong (must be one of T10 to T12 and L1 to L5)' },
  { name: 'hash', files: swapped(ownFiles, 'model.onnx', own.model.map((byte, at) => (at === 5000 ? byte ^ 1 : byte))), words: 'the SHA-256 of model.onnx is not that of its manifest' },
  { name: 'truncated', files: swapped(ownFiles, 'model.onnx', own.model.subarray(0, 700_000)), words: 'model.onnx has 700000 bytes where its manifest says' },
  { name: 'truncated-before-hashing', files: changed({ model: own.model.subarray(0, 700_000) }), words: 'model.onnx is no ONNX file, or a damaged one; copy the folder again' },
  { name: 'operator', files: changed({ model: withOperator(own.model, 'Relu', 'Loop') }), words: 'model.onnx uses Loop, which is not run here; export it again' },
  { name: 'external', files: changed({ model: withExternalData(own.model) }), words: 'keeps weights in another file' },
  { name: 'shape', files: changed({ manifest: { ...own.manifest, outputs: { ...own.manifest.outputs, cam: { ...own.manifest.outputs.cam, shape: ['N', 6, 8, 4] } }, golden: { ...own.manifest.golden, cases: own.manifest.golden.cases.map((one) => ({ ...one, outputs: { ...one.outputs, cam: one.outputs.cam.slice(0, 192) } })) } } }), words: 'its output cam has the shape [?, 6, 8, 8] where its manifest says [N, 6, 8, 4]' },
  { name: 'wired', files: changed({ model: withOperator(own.model, 'Relu', 'Concat') }), words: 'could not be started with WASM' },
  { name: 'nan', files: changed({ model: withNanWeights(own.model) }), words: 'it gives no number for' },
  { name: 'golden-other', files: changed({ model: withOperator(own.model, 'Relu', 'Tanh') }), words: 'on this machine its output' },
  { name: 'spine', files: spine, words: 'it finds vertebrae, and this version takes only networks that read the density of one level; drop one of those.' },
];

test('a wrong network is refused with the reason, one sentence each, and is never taken for a study', async ({ page }) => {
  test.setTimeout(240_000);
  await openEmpty(page);
  for (const { name, files, words } of WRONG) {
    await drop(page, new Map([[`${name}.zip`, await zipOf(files)]]));
    const told = await toldOf(page, `${name}.zip`);
    expect(told, name).toContain(words);
    expect(told.match(/\.( |$)/g), name).toHaveLength(1);
    await page.getByTestId('message').filter({ hasText: `${name}.zip` }).getByRole('button').click();
  }
  expect(await messages(page)).toEqual([]);
  await expect(page.getByTestId('series-item')).toHaveCount(0);
  await expect(page.getByTestId('welcome')).toBeVisible();
  const settings = await openNetworks(page);
  await expect(settings.getByTestId('network-entry').getByRole('heading')).toHaveText([`${bundled.manifest.title}, ${bundled.manifest.version}`]);
});

test('a network that runs on and on is ended and refused; another check can be stopped', async ({ page }) => {
  await hurryTimers(page);
  await openEmpty(page);
  const slow = await zipOf(changed({ model: withEndlessProducts(own.model, 4096, 60) }));
  await drop(page, new Map([['slow.zip', slow]]));
  await expect(page.getByTestId('model-check')).toContainText('Comparing with its golden patches: slow.zip', { timeout: 30_000 });
  expect(await toldOf(page, 'slow.zip')).toContain('gave no answer within 20 s and was ended; make it smaller, or use a faster machine.');
  await expect(page.getByTestId('model-check')).toHaveCount(0);

  await drop(page, new Map([['again.zip', slow]]));
  await expect(page.getByTestId('model-check')).toContainText('Comparing', { timeout: 30_000 });
  await page.getByTestId('model-check').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('model-check')).toHaveCount(0, { timeout: 5_000 });
  expect((await messages(page)).filter((sentence) => sentence.includes('again.zip'))).toEqual([]);
});

test('a study and a network in one archive are told apart, and one that results could not tell from another is refused', async ({ page }) => {
  await openEmpty(page);
  const study = writeSyntheticCt({ sizeVox: [70, 60, 40], spacingMm: [0.9, 1.1, 2.5], seriesDescription: 'Beside a network' });
  const files = new Map([...study.map(({ name, bytes }) => [`both/ct/${name}`, bytes] as const), ...[...ownFiles].map(([name, content]) => [`both/net/${name}`, content] as const)]);
  await drop(page, new Map([['both.zip', await zipOf(files)]]));
  await openingEnds(page);
  await expect(openItem(page)).toContainText('Beside a network');
  expect(await toldOf(page, 'both.zip/both/net')).toContain('passed its checks');
  await expect(page.getByTestId('series-item')).toHaveCount(1);

  const { manifest } = own;
  const twin = sealed({ ...own, manifest: { ...manifest, calibration: { ...manifest.calibration, temperature: { value: 3, split: 'x' } } } });
  await drop(page, new Map([['twin.zip', await zipOf(twin)]]));
  expect(await toldOf(page, 'twin.zip')).toContain(`it has the id and the network file of ${TITLE}, which is listed already, but another manifest`);
  const ours = sealed({ ...bundled, manifest: { ...bundled.manifest, calibration: manifest.calibration } });
  await drop(page, new Map([['bundled.zip', await zipOf(ours)]]));
  expect(await toldOf(page, 'bundled.zip')).toContain(`it has the id and the network file of ${bundled.manifest.title}`);
});

test('another study begins with the bundled network, and results of another network say so', async ({ page }) => {
  await openDemo(page);
  await drop(page, ownFiles);
  await toldOf(page, TITLE);
  await pickL1(page);
  await page.getByTestId('network-choice').selectOption({ label: `${TITLE}, 1.2.0 (your own)` });
  await expect(page.getByTestId('network-in-use')).toBeVisible();
  await resultOf(page, 'L1');
  const saved = JSON.stringify(await savedResults(page));

  await page.getByRole('banner').getByRole('button', { name: 'Demo' }).click();
  await openingEnds(page);
  await expect(openItem(page)).toContainText('SYNTHETIC');
  await drop(page, new Map([['ours.osteolens.json', encode(saved)]]));
  expect(await toldOf(page, 'made with another network')).toBe(
    `ours.osteolens.json: its numbers were made with another network (clinic-dxa, SHA-256 ${ownSha.slice(0, 12)}) and were made anew here with ${bundled.manifest.id}, SHA-256 ${bundled.manifest.file.sha256.slice(0, 12)}.`,
  );
  await resultOf(page, 'L1');
  expect((await savedL1(page)).run.modelId).toBe(bundled.manifest.id);
});

test('a network behind a link is left aside, since a link is not the reader’s own file', async ({ page }) => {
  const zip = await zipOf(ownFiles);
  await page.route('**/linked.zip', (route) => route.fulfill({ contentType: 'application/zip', body: zip }));
  await page.goto('/?url=linked.zip&spine=no');
  expect(await toldOf(page, 'linked.zip')).toBe('linked.zip: A network is taken only from files of your own and was left aside; download it and drop it here.');
  await expect(page.getByTestId('model-check')).toHaveCount(0);
  const settings = await openNetworks(page);
  await expect(settings.getByTestId('network-entry').getByRole('heading')).toHaveText([`${bundled.manifest.title}, ${bundled.manifest.version}`]);
});

test('the networks that come with OsteoLens stand in the list with their cards, before any study is open', async ({ page }) => {
  await openEmpty(page);
  const settings = await openNetworks(page);
  const density = settings.getByTestId('network-entry');
  await expect(density).toContainText(`Comes with OsteoLens.${bundled.manifest.id}, SHA-256 ${bundled.manifest.file.sha256.slice(0, 12)}`);
  const finder = settings.getByTestId('spine-network-entry');
  await expect(finder).toContainText('It proposes the vertebrae of every study');
  for (const [entry, id] of [[density, bundled.manifest.id], [finder, 'osteolens-spine']] as const) {
    const { title, version, file } = JSON.parse(readFileSync(`public/models/${id}/manifest.json`, 'utf8')) as { readonly title: string; readonly version: string; readonly file: { readonly sha256: string } };
    await expect(entry.getByRole('heading')).toHaveText(`${title}, ${version}`);
    await expect(entry).toContainText(`${id}, SHA-256 ${file.sha256.slice(0, 12)}`);
    await entry.getByText('Model card').click();
    await expect(entry.locator('pre')).toHaveText(readFileSync(`public/models/${id}/model-card.md`, 'utf8'));
  }
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await closeSettings(page);
  await page.route('**/model-card.md', (route) => route.abort());
  const again = await openNetworks(page);
  await expect(again.getByRole('alert')).toHaveText('The networks that come with OsteoLens could not be read; check the connection and open this list again.');
});

test('a network and results that are dropped while a study opens do not end that; another study does', async ({ page }) => {
  const study = readFileSync('public/demo/demo-study.zip');
  const waiting: (() => void)[] = [];
  await page.route('**/held.zip', async (route) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    await route.fulfill({ contentType: 'application/zip', body: study });
  });
  const l1 = truth.levels['L1']?.centreLps ?? [0, 0, 0];
  const results = encode(JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: truth.seriesInstanceUid, levels: [{ level: 'L1', centreLps: l1 }] }));
  await page.goto('/?url=held.zip&spine=no');
  await expect(page.getByTestId('opening')).toBeVisible();
  await drop(page, new Map([['picks.osteolens.json', results]]));
  await drop(page, new Map([['clinic.zip', await zipOf(ownFiles, 'clinic/')]]));
  expect(await toldOf(page, 'clinic.zip/clinic')).toContain('passed its checks');
  await expect(page.getByTestId('opening')).toBeVisible();
  await expect(page.getByTestId('series-item')).toHaveCount(0);
  waiting.shift()?.();
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 60_000 });
  await openingEnds(page);
  await resultOf(page, 'L1');
  await expect(page.locator('.message-problem')).toHaveCount(0);

  await page.goto('/?url=held.zip&spine=no');
  await expect(page.getByTestId('opening')).toBeVisible();
  const other = writeSyntheticCt({ sizeVox: [70, 60, 40], spacingMm: [0.9, 1.1, 2.5], seriesDescription: 'The later one' });
  await drop(page, new Map([['later.zip', await zipOf(new Map(other.map(({ name, bytes }) => [name, bytes] as const)))]]));
  await expect(openItem(page)).toContainText('The later one', { timeout: 30_000 });
  waiting.shift()?.();
  await openingEnds(page);
  await expect(openItem(page)).toContainText('The later one');
  await expect(page.getByTestId('series-item')).toHaveCount(1);
});
