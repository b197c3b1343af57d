import { expect } from '@playwright/test';
import type { Tab } from './webdriver.ts';

/* What the tests read of a page. Functions named read… run in the page and see nothing of here, so that Playwright's pages can run them too. */

const RESULTS_LIMIT_MS = 90_000;

/** All texts of what a selector finds. */
export function textsOf(tab: Tab, selector: string): Promise<string[]> {
  return tab.evaluate((wanted: string) => [...document.querySelectorAll<HTMLElement>(wanted)].map((element) => element.innerText), selector);
}

export async function textOf(tab: Tab, selector: string): Promise<string> {
  return (await textsOf(tab, selector)).join('\n');
}

export function countOf(tab: Tab, selector: string): Promise<number> {
  return tab.evaluate((wanted: string) => document.querySelectorAll(wanted).length, selector);
}

/** Clicks with the mouse on the middle of a button that begins with these words. */
export async function clickOn(tab: Tab, words: string, selector = 'button'): Promise<void> {
  const middle = await tab.evaluate((wanted: string, among: string) => {
    const button = [...document.querySelectorAll<HTMLElement>(among)].find((one) => one.innerText.startsWith(wanted));
    button?.scrollIntoView({ block: 'nearest' });
    const box = button?.getBoundingClientRect();
    return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : null;
  }, words, selector);
  if (!middle) throw new Error(`There is no button ${words}.`);
  await tab.click(middle);
}

export function readRowNames(): string[] {
  return [...document.querySelectorAll('tr[data-testid^="row-"]')].map((row) => row.getAttribute('data-testid') ?? '');
}

export function rowNames(tab: Tab): Promise<string[]> {
  return tab.evaluate(readRowNames);
}

export async function resultsAreDone(tab: Tab): Promise<void> {
  const readUndone = () => [...document.querySelectorAll('tr[data-testid^="row-"]:not([data-status="done"])')].map((row) => `${row.getAttribute('data-testid')} ${row.getAttribute('data-status')}`);
  await expect.poll(() => tab.evaluate(readUndone), { timeout: RESULTS_LIMIT_MS }).toEqual([]);
}

/** Mean greys of 12 × 12 cells of a plane's canvas, 0 to 255. */
export function readGreys(plane: string): number[] {
  const canvas = document.querySelector(`[data-testid="plane-${plane}"]`)?.closest('.plane-viewport')?.querySelector('canvas');
  if (!canvas) return [];
  const { width, height } = canvas;
  const copy = document.createElement('canvas');
  copy.width = width;
  copy.height = height;
  const context = copy.getContext('2d');
  context?.drawImage(canvas, 0, 0);
  const data = context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
  const sums = Array.from({ length: 144 }, () => 0);
  const counts = Array.from({ length: 144 }, () => 0);
  for (let n = 0; n < width * height; n += 1) {
    const cell = Math.floor((Math.floor(n / width) * 12) / height) * 12 + Math.floor(((n % width) * 12) / width);
    sums[cell] = (sums[cell] ?? 0) + (data[4 * n] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return sums.map((sum, cell) => sum / (counts[cell] ?? 1));
}

export function greysOf(tab: Tab, plane: string): Promise<number[]> {
  return tab.evaluate(readGreys, plane);
}

/** Mean grey of the straightened sheet. */
export function readSheet(): number {
  const canvas = document.querySelector<HTMLCanvasElement>('.straightened-box canvas');
  const data = canvas && canvas.width > 0 ? canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data : undefined;
  return data ? data.reduce((sum, value, n) => sum + (n % 4 === 0 ? value : 0), 0) / (data.length / 4) : 0;
}

/** Where an LPS point lies in the axial plane, CSS pixels of the page, and how large they are there; docs/automation.md. */
export function positionOnAxial(tab: Tab, [x, y]: readonly number[]): Promise<{ readonly x: number; readonly y: number; readonly mmPerPixel: number }> {
  return tab.evaluate((left: number, posterior: number) => {
    const plane = document.querySelector('[data-testid="plane-axial"]');
    const [cx = Number.NaN, cy = Number.NaN] = (plane?.getAttribute('data-centre') ?? '').split(' ').map(Number);
    const mmPerPixel = Number(plane?.getAttribute('data-mm-per-pixel'));
    const box = plane?.getBoundingClientRect() ?? new DOMRect();
    return { x: box.x + box.width / 2 + (left - cx) / mmPerPixel, y: box.y + box.height / 2 + (posterior - cy) / mmPerPixel, mmPerPixel };
  }, x ?? Number.NaN, y ?? Number.NaN);
}
