// node bench/spine-search.mjs [folder of DICOM files] [--rounds N]: how long the built app looks for the vertebrae of a scan, beside what it
// takes to open the same files in the same run. `npm run build` first. On a busy machine the ratio and the processor time say more than the seconds.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../scripts/find-chromium.mjs';
import { cpuSeconds } from './browser-cpu.mjs';
import { serveFolder } from './serve.mjs';
import { median } from './summary.mjs';

/** Issue 5: seconds for so many slices on two cores. */
const GOAL = { seconds: 5, slices: 400 };
const TIMEOUT_MS = 120_000;

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '3' }, dist: { type: 'string', default: join(import.meta.dirname, '../dist') } } });
const folder = resolve(positionals[0] ?? join(import.meta.dirname, '../../shared/data/ct/lidc-0314-chest'));
if (!existsSync(folder)) stop(`There are no files to measure with: ${folder} does not exist.`);
if (!existsSync(join(options.dist, 'index.html'))) stop('There is no build: npm run build');
const executablePath = await findChromium();
if (!executablePath) stop(HOW_TO_GET_CHROMIUM);
const { module: tests } = await runnerImport(join(import.meta.dirname, '../playwright.config.ts'));
const files = readdirSync(folder).map((name) => join(folder, name));
// Read once, so that the first round does not pay for the disk.
for (const file of files) readFileSync(file);

const rounds = [];
for (let round = 0; round < Number(options.rounds); round += 1) {
  const one = await measure();
  rounds.push(one);
  const cpu = one.searchCpu === null ? '' : `, processor ${one.openCpu.toFixed(2)} s and ${one.searchCpu.toFixed(2)} s`;
  console.log(`round ${round + 1}: opening ${one.open.toFixed(2)} s, then the search ${one.search.toFixed(2)} s (× ${(one.search / one.open).toFixed(2)})${cpu}; load ${loadavg()[0].toFixed(1)}`);
}
const search = median(rounds.map((one) => one.search));
const scaled = (search * GOAL.slices) / files.length;
console.log(`median of the search: ${search.toFixed(2)} s for ${files.length} files, ${scaled.toFixed(2)} s for ${GOAL.slices} (goal ${GOAL.seconds} s)`);

/** Seconds from the input's change to the open series, and from there to the proposals; with what the whole browser computed meanwhile. */
async function measure() {
  const server = await serveFolder(options.dist);
  const browser = await chromium.launch({ executablePath, args: tests.default.use.launchOptions.args });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
    await page.goto(`${server.url}/?demo=no`);
    await page.getByTestId('welcome').waitFor();
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(1000);
    const [started, startCpu] = [performance.now(), await cpuSeconds(browser)];
    await page.locator('input[type=file]').first().setInputFiles(files);
    await page.waitForFunction(() => !document.querySelector('[data-testid=opening]') && !!document.querySelector('[data-testid=series-item][aria-current=true]'), undefined, { timeout: TIMEOUT_MS, polling: 30 });
    const [opened, openCpu] = [performance.now(), await cpuSeconds(browser)];
    await page.getByTestId('proposals').waitFor({ timeout: TIMEOUT_MS });
    const [found, foundCpu] = [performance.now(), await cpuSeconds(browser)];
    return { open: (opened - started) / 1000, search: (found - opened) / 1000, openCpu: openCpu - startCpu, searchCpu: foundCpu - openCpu };
  } finally {
    await browser.close();
    server.close();
  }
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
