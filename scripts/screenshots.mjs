// Takes the pictures of docs/screenshots from the built app: the four states of the screen at a desktop's size, and results on a
// laptop and a tablet. node scripts/screenshots.mjs (after npm run build)
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { fail } from './check-node.mjs';
import { findChromium, HOW_TO_GET_CHROMIUM } from './find-chromium.mjs';

const SIZES = [
  { name: '1440x900', width: 1440, height: 900, states: ['empty', 'loading', 'proposed', 'results'] },
  { name: '1366x768', width: 1366, height: 768, states: ['results'] },
  { name: 'tablet-1024x1366', width: 1024, height: 1366, states: ['results'] },
];

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
    await page.getByTestId('proposals').waitFor({ timeout: 60_000 });
    await page.waitForFunction(() => document.querySelector('[data-status=queued], [data-status=running]') === null);
    if (state === 'results') {
      await page.keyboard.press('y');
      await page.getByRole('button', { name: 'Go to L2' }).click();
    }
    await page.waitForTimeout(1200);
    await shoot();
  }
  await page.close();
}
