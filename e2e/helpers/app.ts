import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';

export type Plane = 'sagittal' | 'axial' | 'coronal';
export type Lps = readonly [number, number, number];

/** A file for a chooser or a drop, from memory. */
export type MemoryFile = { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };

/** Starts on an empty page: nothing is open, the demo stays closed. Nothing is proposed unless `&spine=yes` asks for it, so that specs place their levels alone. */
export async function openEmpty(page: Page, query = ''): Promise<void> {
  await page.goto(`/?demo=no${query}${query.includes('spine=') ? '' : '&spine=no'}`);
  await expect(page.getByTestId('welcome')).toBeVisible();
}

/** Gives files to the "Files…" button and waits for the opening to end. */
export async function chooseFiles(page: Page, files: readonly string[] | readonly MemoryFile[]): Promise<void> {
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Files…' }).click();
  await (await chosen).setFiles((isMemory(files) && bytesOf(files) > MOST_BY_MESSAGE ? onDisk(files) : files) as string[]);
  await openingEnds(page);
}

/** Files from memory travel as text through Playwright and the browser, which takes seconds for a study: a path takes none. */
const MOST_BY_MESSAGE = 500_000;
let folder: string | null = null;

function isMemory(files: readonly string[] | readonly MemoryFile[]): files is readonly MemoryFile[] {
  return typeof files[0] === 'object';
}

function bytesOf(files: readonly MemoryFile[]): number {
  return files.reduce((sum, { buffer }) => sum + buffer.length, 0);
}

/** The page reads them until it is closed: they go with this process. */
function onDisk(files: readonly MemoryFile[]): string[] {
  if (folder === null) {
    const made = mkdtempSync(join(tmpdir(), 'osteolens-chosen-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const inside = mkdtempSync(join(folder, 'files-'));
  return files.map(({ name, buffer }, n) => {
    const path = join(inside, String(n), name);
    mkdirSync(join(inside, String(n)));
    writeFileSync(path, buffer);
    return path;
  });
}

/** Every drop and choice begins an opening at once; its progress goes away when it has ended, well or not. */
export async function openingEnds(page: Page): Promise<void> {
  await expect(page.getByTestId('opening')).toHaveCount(0, { timeout: 90_000 });
}

export function openItem(page: Page): Locator {
  return page.locator('[data-testid="series-item"][aria-current="true"]');
}

/** Where an LPS point lies in a plane, page pixels; docs/automation.md. Waits until the plane has taken its place: panels beside it may still come or go. */
export async function positionOf(page: Page, plane: Plane, [x, y, z]: Lps): Promise<{ readonly x: number; readonly y: number }> {
  const { centre, mmPerPixel, box } = await page.getByTestId(`plane-${plane}`).evaluate(async (element) => {
    const read = () => {
      const { x: left, y: top, width, height } = element.getBoundingClientRect();
      const centreLps = (element.getAttribute('data-centre') ?? '').split(' ').map(Number);
      return { centre: centreLps, mmPerPixel: Number(element.getAttribute('data-mm-per-pixel')), box: { x: left, y: top, width, height } };
    };
    // A canvas that changes its size is fitted, drawn and told of in three frames.
    for (let [now, same] = [read(), 0]; ; ) {
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
      const next = read();
      same = JSON.stringify(next) === JSON.stringify(now) ? same + 1 : 0;
      now = next;
      if (same === 4) return now;
    }
  });
  if (centre.length !== 3) throw new Error(`The ${plane} plane shows nothing.`);
  const [cx = 0, cy = 0, cz = 0] = centre;
  const across = plane === 'sagittal' ? y - cy : x - cx;
  const down = plane === 'axial' ? y - cy : cz - z;
  return { x: box.x + box.width / 2 + across / mmPerPixel, y: box.y + box.height / 2 + down / mmPerPixel };
}

/** Arms a level and clicks near an LPS point on a plane, as a reader would. */
export async function pickLevel(page: Page, level: string, near: Lps, plane: Plane = 'sagittal'): Promise<void> {
  await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: new RegExp(`^${level}(,|$)`) }).click();
  const { x, y } = await positionOf(page, plane, near);
  await page.mouse.click(x, y);
  await expect(page.getByTestId(`row-${level}`)).toBeVisible();
}

export async function resultOf(page: Page, level: string): Promise<Locator> {
  const row = page.getByTestId(`row-${level}`);
  await expect(row).toHaveAttribute('data-status', 'done', { timeout: 90_000 });
  return row;
}

export async function messages(page: Page): Promise<string[]> {
  return page.getByTestId('message').locator('span').allInnerTexts();
}

/** Saves the results file and gives its parsed content. */
export async function savedResults(page: Page): Promise<SavedResults> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save results' }).click();
  const stream = await (await download).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as SavedResults;
}

/** What the specs read of a results file. */
export type SavedResults = {
  readonly seriesInstanceUid: string | null;
  readonly levels: readonly {
    readonly level: string;
    readonly centreLps: Lps;
    readonly measurement: { readonly meanHu: number; readonly vbmdMgCm3: number | null } | null;
    readonly network: {
      readonly vbmdMgCm3: { readonly value: number; readonly low: number; readonly high: number };
      readonly devices: readonly { readonly deviceId: string; readonly abmd: { readonly value: number }; readonly osteoporosis: { readonly value: number } }[];
      readonly predictedLevel: string;
    } | null;
    readonly run: { readonly backend: string; readonly modelSha256: string } | null;
    readonly warnings: readonly { readonly code: string; readonly effect: string; readonly sentence: string }[];
  }[];
};
