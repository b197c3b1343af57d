import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { BlobReader, TextWriter, Uint8ArrayWriter, ZipReader, type FileEntry } from '@zip.js/zip.js';
import dicomParser from 'dicom-parser';
import { expect, test, type BrowserContext, type CDPSession, type Page } from '@playwright/test';
import { chooseFiles, openEmpty, openItem, resultOf, savedResults, type Lps, type MemoryFile } from './helpers/app.ts';
import { everythingStored, holds, type Stored } from './helpers/stored.ts';
import { killWorkers } from './helpers/worker-faults.ts';

type Truth = { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps }> };
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;
const demoZip: MemoryFile = { name: 'demo-study.zip', mimeType: 'application/zip', buffer: readFileSync('public/demo/demo-study.zip') };

function picksFile(levels: readonly string[], state = 'confirmed'): MemoryFile {
  const text = JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: truth.seriesInstanceUid, levels: levels.map((level) => ({ level, centreLps: truth.levels[level]?.centreLps, state })) });
  return { name: 'picks.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(text) };
}

async function openDemo(page: Page): Promise<void> {
  await chooseFiles(page, [demoZip]);
  await expect(openItem(page)).toContainText('91 slices');
}

async function pickDemo(page: Page, ...levels: readonly string[]): Promise<void> {
  await openEmpty(page);
  await chooseFiles(page, [demoZip, picksFile(levels)]);
  for (const level of levels) await expect(page.getByTestId(`row-${level}`)).toBeVisible();
}

/** What a first slice of the demo says of its patient, and some of its pixels. */
async function patientFacts(): Promise<{ readonly words: readonly string[]; readonly pixels: Uint8Array }> {
  const reader = new ZipReader(new BlobReader(new Blob([new Uint8Array(demoZip.buffer)])));
  const entries = (await reader.getEntries()).filter((entry): entry is FileEntry => !entry.directory && entry.filename.endsWith('.dcm'));
  const bytes = await (entries[45] as FileEntry).getData(new Uint8ArrayWriter());
  const header = dicomParser.parseDicom(bytes);
  const words = ['x00100010', 'x00100020', 'x0020000d', 'x0020000e', 'x00080018'].map((tag) => header.string(tag) ?? '').filter((word) => word !== '');
  const { dataOffset = 0, length = 0 } = header.elements['x7fe00010'] ?? {};
  return { words, pixels: bytes.slice(dataOffset + length / 2, dataOffset + length / 2 + 64) };
}

async function openSettings(page: Page) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('tab', { name: 'Storage' }).click();
  const section = page.getByTestId('storage-section');
  await expect(section).toBeVisible();
  return section;
}

async function keep(page: Page, title: string | null = null) {
  await page.getByRole('button', { name: 'Keep in this browser…' }).click();
  const dialog = page.getByRole('dialog');
  if (title !== null) await dialog.getByLabel('Title').fill(title);
  await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
  return dialog;
}

async function kept(page: Page, title: string): Promise<void> {
  const dialog = await keep(page, title);
  await expect(dialog).toHaveCount(0);
  await expect(page.getByTestId('message').filter({ hasText: `“${title}” is kept in this browser` })).toBeVisible();
}

/** Until the record of the picks is on disk. */
async function recordIsWritten(page: Page): Promise<void> {
  await expect.poll(async () => (await recoveryRecords(page)).length).toBe(1);
}

test('a study that is opened, picked and analysed leaves no name, ID, UID or pixel in any storage', async ({ page }) => {
  const { words, pixels } = await patientFacts();
  expect(words.length).toBeGreaterThanOrEqual(5);
  await pickDemo(page, 'L1', 'L2');
  await resultOf(page, 'L1');
  await resultOf(page, 'L2');
  await recordIsWritten(page);
  const stored = await everythingStored(page);
  // The backend's memory is left out where no graphics adapter was tried; the recovery record is there.
  expect(stored.map(({ where }) => where)).toEqual(expect.arrayContaining([expect.stringMatching(/^file recovery\//)]));
  for (const word of [...words, ...(words[0] ?? '').split('^'), String(truth.levels['L1']?.centreLps[2])]) expect(holds(stored, Buffer.from(word)), word).toEqual([]);
  expect(holds(stored, Buffer.from(pixels))).toEqual([]);
  // One decoded slice of the demo is 80 times as large.
  expect(stored.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(6000);
  // The test can fail: what is kept on purpose is found by the same search.
  await kept(page, 'Kept on purpose');
  expect(holds(await everythingStored(page), Buffer.from(truth.seriesInstanceUid))).toHaveLength(1);
});

test('a session kept in the browser is offered when its series is opened again, never placed silently, exported and erased', async ({ page }) => {
  await pickDemo(page, 'L1', 'L3');
  await resultOf(page, 'L1');
  await resultOf(page, 'L3');
  const saved = await savedResults(page);
  await kept(page, 'First reading');
  await openEmpty(page);
  await expect(page.getByTestId('kept-offer')).toHaveCount(0);
  await openDemo(page);
  const offer = page.getByTestId('kept-offer');
  await expect(offer).toContainText(/Kept on \d+ \w+ \d{4}.*“First reading”: 2 levels. Place them\?/);
  await expect(page.getByTestId('row-L1')).toHaveCount(0);
  await page.keyboard.press('b');
  await expect(page.getByTestId('row-L1')).toBeVisible();
  await expect(offer).toHaveCount(0);
  await resultOf(page, 'L1');
  await resultOf(page, 'L3');
  const again = await savedResults(page);
  expect(again.levels.map(({ level, centreLps, measurement }) => ({ level, centreLps, measurement }))).toEqual(saved.levels.map(({ level, centreLps, measurement }) => ({ level, centreLps, measurement })));

  await kept(page, 'Second reading');
  const section = await openSettings(page);
  const sessions = section.getByRole('region', { name: 'Kept sessions' });
  await expect(sessions.getByRole('listitem')).toHaveCount(2);
  const one = page.waitForEvent('download');
  await sessions.getByRole('button', { name: 'Export First reading' }).click();
  const exported = JSON.parse(readFileSync(await (await one).path(), 'utf8')) as { readonly format: string; readonly levels: readonly { readonly level: string; readonly centreLps: Lps }[] };
  expect((await one).suggestedFilename()).toMatch(/\.osteolens\.json$/);
  expect(exported.levels.map(({ level, centreLps }) => ({ level, centreLps }))).toEqual(saved.levels.map(({ level, centreLps }) => ({ level, centreLps })));
  const all = page.waitForEvent('download');
  await section.getByRole('button', { name: 'Export all sessions (zip)' }).click();
  const zip = new ZipReader(new BlobReader(new Blob([new Uint8Array(readFileSync(await (await all).path()))])));
  const members = (await zip.getEntries()).filter((entry): entry is FileEntry => !entry.directory);
  const texts = await Promise.all(members.map((member) => member.getData(new TextWriter())));
  expect(texts.map((text) => (JSON.parse(text) as { readonly levels: readonly unknown[] }).levels.length)).toEqual([2, 2]);
  await sessions.getByRole('button', { name: 'Erase First reading' }).click();
  await expect(sessions.getByRole('listitem')).toHaveCount(1);
  const stored = await everythingStored(page);
  expect(holds(stored, Buffer.from('First reading'))).toEqual([]);
  expect(holds(stored, Buffer.from('Second reading'))).toHaveLength(1);
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
});

test('"Erase everything" asks once, and then every kind of storage is empty', async ({ page }) => {
  await pickDemo(page, 'L1');
  await expect(await keep(page)).toHaveCount(0);
  await page.evaluate(async () => {
    localStorage.setItem('osteolens.backend|adapter|0123456789|ort-1', '{"backend":"wasm","reason":"test"}');
    localStorage.setItem('osteolens.something', 'x');
    sessionStorage.setItem('osteolens.tab', 'y');
    await (await caches.open('osteolens-test')).put('/a', new Response('copy'));
    await new Promise((resolve) => { indexedDB.open('stray').onsuccess = (event) => { (event.target as IDBOpenDBRequest).result.close(); resolve(null); }; });
  });
  // One more pick: a recovery record beside the kept session.
  await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: /^L2(,|$)/ }).click();
  await page.keyboard.press('x');
  await recordIsWritten(page);
  const section = await openSettings(page);
  for (const [region, title] of [['Kept sessions', 'L1'], ['Unsaved picks, for recovery', 'encrypted'], ['What this machine can do', '01234567'], ['Copy of the app for use offline', 'Copy of the app'], ['Other', 'stray']] as const) {
    await expect(section.getByRole('region', { name: region })).toContainText(title);
  }
  await page.screenshot({ path: 'test-results/storage-section.png' });
  await section.getByRole('button', { name: 'Erase everything…' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Keep it' }).click();
  expect((await everythingStored(page)).length).toBeGreaterThan(5);
  await section.getByRole('button', { name: 'Erase everything…' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Erase it all' }).click();
  await expect(section.getByRole('listitem')).toHaveCount(0);
  expect(await everythingStored(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('row-L1')).toBeVisible();
});

test('a full disk is said in one sentence, and nothing half-written stays', async ({ page, baseURL }) => {
  await pickDemo(page, 'L1', 'L2');
  await resultOf(page, 'L1');
  await kept(page, 'Before');
  const before = await everythingStored(page);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: baseURL ?? '', quotaSize: 1 });
  const dialog = await keep(page, 'Does not fit');
  await expect(dialog.getByRole('alert')).toContainText('The space that this browser gives OsteoLens is full, so nothing was kept');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  const files = (await everythingStored(page)).filter(({ where }) => where.startsWith('file sessions/'));
  expect(files.map(({ where }) => where)).toEqual(before.filter(({ where }) => where.startsWith('file sessions/')).map(({ where }) => where));
  // Picks are said to be at risk, once.
  await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: /^L3(,|$)/ }).click();
  await page.keyboard.press('x');
  await expect(page.getByTestId('message').filter({ hasText: 'Picks cannot be recovered if this tab crashes' })).toHaveCount(1);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: baseURL ?? '' });
  await kept(page, 'Fits again');
  expect((await everythingStored(page)).filter(({ where }) => where.startsWith('file sessions/'))).toHaveLength(2);
});

/** Five confirmed picks, one of them moved by hand; ends when a record of all of it is on disk. */
async function readDemo(page: Page): Promise<void> {
  await pickDemo(page, 'T12', 'L1', 'L2', 'L3', 'L4');
  await page.getByTestId('mark-sagittal-L2').getByRole('button').focus();
  await page.keyboard.press('ArrowDown');
  const before = Date.now();
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => {
    const [record] = await recoveryRecords(page);
    const text = record?.bytes.toString('utf8') ?? '';
    return Number(/"savedAtMs":(\d+)/.exec(text)?.[1] ?? 0);
  }).toBeGreaterThanOrEqual(before);
}

async function recoveryRecords(page: Page): Promise<readonly Stored[]> {
  return (await everythingStored(page)).filter(({ where }) => where.startsWith('file recovery/'));
}

/** Ends the renderer as a crash does: no handler of the page runs. Gives the tab's own session, which outlives the crash. */
async function crash(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void cdp.send('Page.crash').catch(() => undefined);
  await crashed;
  return cdp;
}

async function reopened(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await openEmpty(page);
  return page;
}

test('after a crash every confirmed pick is offered, and placed as it was left once the same study is open', async ({ page, context }) => {
  await readDemo(page);
  const record = await recoveryRecords(page);
  for (const word of [truth.seriesInstanceUid, 'centreLps', 'confirmed', String(truth.levels['L1']?.centreLps[0])]) expect(holds(record, Buffer.from(word)), word).toEqual([]);
  const tab = await crash(page);
  // Reloaded in the same tab; Playwright itself gives up a page that crashed.
  await tab.send('Page.reload');
  const offered = async () => {
    const { result } = await tab.send('Runtime.evaluate', { expression: 'document.querySelector("[data-testid=recovery-waiting]")?.textContent ?? ""', returnByValue: true });
    return String(result.value);
  };
  await expect.poll(offered).toContain('5 confirmed picks');

  const next = await reopened(context);
  const waiting = next.getByTestId('recovery-waiting');
  await expect(waiting).toContainText('5 confirmed picks of the series that you had open can be recovered');
  await expect(waiting).toContainText('Open the same study again.');
  await next.screenshot({ path: 'test-results/recovery-waiting.png' });
  await openDemo(next);
  const found = next.getByTestId('recovery-found');
  await expect(found).toContainText('5 confirmed picks of this series were not saved');
  await expect(next.getByTestId('row-L1')).toHaveCount(0);
  await next.screenshot({ path: 'test-results/recovery-found.png' });
  await next.keyboard.press('b');
  await expect(next.getByTestId('row-L1')).toBeVisible();
  const { levels } = (await savedResults(next)) as { readonly levels: readonly { readonly level: string; readonly state?: string; readonly centreLps: Lps }[] };
  expect(levels.map(({ level, state }) => [level, state])).toEqual([['T12', 'confirmed'], ['L1', 'confirmed'], ['L2', 'edited'], ['L3', 'confirmed'], ['L4', 'confirmed']]);
  for (const { level, centreLps } of levels) {
    const [x, y, z] = truth.levels[level]?.centreLps ?? [0, 0, 0];
    const nudged = level === 'L2' ? [x, y + 1, z - 1] : [x, y, z];
    for (const axis of [0, 1, 2]) expect(centreLps[axis], level).toBeCloseTo(nudged[axis] ?? 0, 6);
  }
  // They were saved: nothing is left to lose, so nothing is left on disk.
  await expect.poll(async () => (await recoveryRecords(next)).length).toBe(0);
});

test('unsaved picks are on the disk although the worker that wrote them died, and the death of two is said', async ({ page }) => {
  const died = await killWorkers(page, 'osteolens-storage', 1);
  await pickDemo(page, 'L2');
  await recordIsWritten(page);
  // The disk is asked beside the worker, which has yet to say that it wrote.
  await expect.poll(died).toBe(1);
  // A second version goes to the other place: the next worker wrote, and none of this page is still to be started and counted below.
  await expect.poll(async () => (await recoveryRecords(page)).map(({ where }) => where.slice(-2))).toEqual(['~1']);
  await expect(page.locator('.message-problem')).toHaveCount(0);
  await page.unrouteAll({ behavior: 'wait' });
  const diedAgain = await killWorkers(page, 'osteolens-storage', 2);
  await pickDemo(page, 'L3');
  await expect(page.getByTestId('message').filter({ hasText: 'Picks cannot be recovered if this tab crashes' })).toHaveCount(1);
  expect(diedAgain()).toBe(2);
});

test('a reload of the page, and a tab closed and opened again, give the picks back; "Forget them" erases them', async ({ page, context }) => {
  await pickDemo(page, 'L1', 'L2');
  await recordIsWritten(page);
  await page.reload();
  await expect(page.getByTestId('recovery-waiting')).toContainText('2 confirmed picks');
  await openDemo(page);
  await page.getByTestId('recovery-found').getByRole('button', { name: 'Place them' }).click();
  await expect(page.getByTestId('row-L2')).toBeVisible();
  await recordIsWritten(page);
  await page.close();
  const next = await reopened(context);
  await expect(next.getByTestId('recovery-waiting')).toContainText('2 confirmed picks');
  await next.getByTestId('recovery-waiting').getByRole('button', { name: 'Forget them' }).click();
  await expect(next.getByTestId('recovery-waiting')).toHaveCount(0);
  await expect.poll(async () => (await everythingStored(next)).filter(({ where }) => where.startsWith('file ')).length).toBe(0);
  await openDemo(next);
  await expect(next.getByTestId('recovery-found')).toHaveCount(0);
});

test('leaving asks while a pick of the reader is not saved, and only then', async ({ page }) => {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await openEmpty(page);
  await openDemo(page);
  await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: /^L1(,|$)/ }).click();
  await page.keyboard.press('x');
  await expect(page.getByTestId('row-L1')).toBeVisible();
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(page.getByTestId('row-L1')).toBeVisible();
  await savedResults(page);
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => page.isClosed()).toBe(true);
  expect(asked).toEqual(['beforeunload']);
});
