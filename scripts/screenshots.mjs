// Takes the pictures of docs/screenshots from the built app: the four states of the screen at a desktop's size, and results on a
// laptop and a tablet. node scripts/screenshots.mjs (after npm run build)
import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { fail } from './check-node.mjs';
import { findChromium, HOW_TO_GET_CHROMIUM } from './find-chromium.mjs';

const LEVELS = ['T12', 'L1', 'L2', 'L3', 'L4'];
const SIZES = [
  { name: '1440x900', width: 1440, height: 900, states: ['empty', 'loading', 'picked', 'results'] },
  { name: '1366x768', width: 1366, height: 768, states: ['results'] },
  { name: 'tablet-1024x1366', width: 1024, height: 1366, states: ['results'] },
];
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')).levels;

const executablePath = (await findChromium()) ?? fail(HOW_TO_GET_CHROMIUM);
const server = await preview({ preview: { host: '127.0.0.1', port: 4195, strictPort: true }, logLevel: 'error' });
const address = 'http://127.0.0.1:4195/';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] });
try {
  for (const size of SIZES) {
    for (const state of size.states) await takeState(size, state);
  }
} finally {
  await browser.close();
  await server.close();
}

async function takeState(size, state) {
  const page = await browser.newPage({ viewport: { width: size.width, height: size.height } });
  const shoot = () => page.screenshot({ path: `docs/screenshots/${state}-${size.name}.png` });
  // Picks wait for the network; holding its file back shows the state between a pick and its numbers.
  let release = () => {};
  if (state === 'picked') {
    const held = new Promise((resolve) => { release = resolve; });
    await page.route('**/model.onnx', async (route) => {
      await held;
      await route.continue();
    });
  }
  await page.goto(state === 'empty' ? `${address}?demo=no` : address);
  if (state === 'empty') {
    await page.getByTestId('welcome').waitFor();
    await shoot();
  } else if (state === 'loading') {
    await page.getByText('Loading slices').waitFor();
    await page.waitForFunction(() => Number(document.querySelector('[data-testid=opening]')?.textContent?.match(/(\d+) of/)?.[1] ?? 0) > 30);
    await shoot();
  } else {
    await page.locator('[data-testid=series-item][aria-current=true]').waitFor({ timeout: 60_000 });
    for (const level of LEVELS) await pick(page, level);
    if (state === 'results') {
      await page.waitForFunction((count) => document.querySelectorAll('[data-status=done]').length === count, LEVELS.length);
      await page.getByRole('button', { name: 'Go to L2' }).click();
    }
    await page.waitForTimeout(1200);
    await shoot();
  }
  release();
  await page.close();
}

async function pick(page, level) {
  await page.getByRole('group', { name: 'Levels' }).getByRole('button', { name: new RegExp(`^${level}(,|$)`) }).click();
  const plane = page.getByTestId('plane-sagittal');
  const [, y, z] = truth[level].centreLps;
  const centre = (await plane.getAttribute('data-centre')).split(' ').map(Number);
  const mmPerPixel = Number(await plane.getAttribute('data-mm-per-pixel'));
  const box = await plane.boundingBox();
  await page.mouse.click(box.x + box.width / 2 + (y - centre[1]) / mmPerPixel, box.y + box.height / 2 - (z - centre[2]) / mmPerPixel);
  await page.getByTestId(`row-${level}`).waitFor();
}
