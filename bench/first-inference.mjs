// node bench/first-inference.mjs [--rounds N]: seconds from the click on a vertebra to its row of results, in the built app on the demo study: the
// first in a fresh browser, clicked as soon as the study is open, and the next ones. `npm run build` first. Processor seconds are those of all of the browser.
import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../scripts/find-chromium.mjs';
import { cpuSeconds } from './browser-cpu.mjs';
import { serveFolder } from './serve.mjs';
import { median } from './summary.mjs';

/** Issue 6, on two cores. */
const GOAL = { first: 3, next: 0.3 };
const LEVELS = ['L2', 'L3', 'L4', 'L1'];
const TIMEOUT_MS = 60_000;

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, dist: { type: 'string', default: join(import.meta.dirname, '../dist') } } });
if (!existsSync(join(options.dist, 'index.html'))) stop('There is no build: npm run build');
const executablePath = await findChromium();
if (!executablePath) stop(HOW_TO_GET_CHROMIUM);
const { module: tests } = await runnerImport(join(import.meta.dirname, '../playwright.config.ts'));
const truth = JSON.parse(readFileSync(join(import.meta.dirname, '../public/demo/truth.json'), 'utf8'));

const [first, next] = [[], []];
for (let round = 0; round < Number(options.rounds); round += 1) {
  const times = await measure();
  first.push(times[0].seconds);
  next.push(...times.slice(1).map(({ seconds }) => seconds));
  console.log(`round ${round + 1}: ${times.map(({ level, seconds, cpu }) => `${level} ${seconds.toFixed(2)} s (processor ${cpu.toFixed(2)} s)`).join(', ')}; load ${loadavg()[0].toFixed(1)}`);
}
console.log(`median: first ${median(first).toFixed(2)} s (goal ${GOAL.first}), next ${median(next).toFixed(2)} s (goal ${GOAL.next})`);

async function measure() {
  const server = await serveFolder(options.dist);
  const browser = await chromium.launch({ executablePath, args: tests.default.use.launchOptions.args });
  try {
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, serviceWorkers: 'block' });
    // Neighbours are not proposed: their analyses would run beside the one that is timed.
    await page.goto(`${server.url}/?spine=no`);
    await page.locator('[data-testid=series-item][aria-current=true]').waitFor();
    await page.waitForFunction(() => !document.querySelector('[data-testid=opening]'));
    const times = [];
    for (const level of LEVELS) {
      times.push(await pick(browser, page, level));
      // Whatever starts in the background after the first result is over by then.
      await page.waitForTimeout(times.length === 1 ? 2000 : 300);
    }
    return times;
  } finally {
    await browser.close();
    server.close();
  }
}

async function pick(browser, page, level) {
  await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: new RegExp(`^${level}(,|$)`) }).click();
  const [, y, z] = truth.levels[level].centreLps;
  const at = await page.getByTestId('plane-sagittal').evaluate(async (plane, [cy, cz]) => {
    // The plane may still be on its way to what it shows.
    for (let [before, same] = ['', 0]; same < 4;) {
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
      same = plane.dataset.centre === before ? same + 1 : 0;
      before = plane.dataset.centre;
    }
    const box = plane.getBoundingClientRect();
    const [, y0, z0] = plane.dataset.centre.split(' ').map(Number);
    const scale = Number(plane.dataset.mmPerPixel);
    return { x: box.x + box.width / 2 + (cy - y0) / scale, y: box.y + box.height / 2 + (z0 - cz) / scale };
  }, [y, z]);
  await page.mouse.move(at.x, at.y);
  const before = await cpuSeconds(browser);
  await page.evaluate((name) => {
    globalThis.rowIsDone = new Promise((resolve) => {
      addEventListener('pointerdown', ({ timeStamp }) => {
        const look = () => {
          if (document.querySelector(`[data-testid=row-${name}]`)?.dataset.status === 'done') resolve((performance.now() - timeStamp) / 1000);
          else setTimeout(look, 5);
        };
        look();
      }, { once: true, capture: true });
    });
  }, level);
  await page.mouse.click(at.x, at.y);
  await page.locator(`[data-testid=row-${level}][data-status=done]`).waitFor({ timeout: TIMEOUT_MS });
  return { level, seconds: await page.evaluate(() => globalThis.rowIsDone), cpu: (await cpuSeconds(browser)) - before };
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
