// npm run bench -- [folder of DICOM files] [--rounds N]: see bench/README.md.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { findChromium, HOW_TO_GET_CHROMIUM } from '../scripts/find-chromium.mjs';
import { buildPage, DIST, installComparison, versionOf } from './build-pages.mjs';
import { chartOf } from './chart.mjs';
import { measurePage } from './measure.mjs';
import { withOneFrameOfReference } from './one-frame-of-reference.mjs';
import { PAGES } from './pages.mjs';
import { serveFolder } from './serve.mjs';
import { MEASURES, summarise, tableOf } from './summary.mjs';

const RESULTS = join(import.meta.dirname, 'results');
const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) stop('--rounds takes a whole number from 1.');
const folder = resolve(positionals[0] ?? join(import.meta.dirname, '../../shared/data/ct/lidc-0314-chest'));
if (!existsSync(folder)) stop(`There are no files to measure with: ${folder} does not exist. Name a folder of DICOM files: npm run bench -- <folder>`);
const found = listFiles(folder);
if (found.length === 0) stop(`There are no files in ${folder}.`);
const executablePath = await findChromium();
if (!executablePath) stop(HOW_TO_GET_CHROMIUM);
if (!installComparison()) stop('The comparison libraries could not be installed into bench/.');
// The same browser switches as the browser tests; vite reads the TypeScript that this Node may not.
const { module: tests } = await runnerImport(join(import.meta.dirname, '../playwright.config.ts'));
const launch = { executablePath, args: tests.default.use.launchOptions.args };

const { files, isCopy, remove } = withOneFrameOfReference(found);
if (isCopy) console.log('The files name several frames of reference, which dwv refuses: every page gets copies that name one.');

// Read once, so that the first page does not pay for the disk.
let bytes = 0;
for (const file of files) bytes += readFileSync(file).length;
console.log(`${files.length} files, ${Math.round(bytes / 2 ** 20)} MB, from ${folder}; ${rounds} rounds.`);

const pages = [];
for (const page of PAGES) {
  console.log(`building ${page.title}`);
  const entry = { ...page, versions: Object.fromEntries(page.packages.map((name) => [name, versionOf(name)])), rounds: [] };
  try {
    await buildPage(page.id);
  } catch (error) {
    entry.buildError = error.message.split('\n')[0];
    console.log(`  cannot be built: ${entry.buildError}`);
  }
  pages.push(entry);
}

for (let round = 0; round < rounds; round += 1) {
  // Every round begins with another page, so that no page always has the same neighbour.
  for (let n = 0; n < pages.length; n += 1) {
    const page = pages[(round + n) % pages.length];
    if (page.buildError !== undefined) continue;
    const server = await serveFolder(join(DIST, page.id));
    const result = await measurePage(page, server.url, files, launch);
    server.close();
    // Of the last minute: tells a round on a quiet machine from one that others disturbed.
    page.rounds.push({ ...result, loadAverage: loadavg()[0] });
    console.log(`round ${round + 1} ${page.title}: ${result.error ?? MEASURES.map(({ title, unit, of }) => `${title} ${of(result)?.toFixed(unit === 's' ? 2 : 0)} ${unit}`).join(', ')}`);
  }
}

remove();
const summary = summarise(pages);
const date = new Date().toISOString().slice(0, 10);
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), platform: process.platform };
const report = {
  date,
  files: { folder: basename(folder), count: files.length, bytes, madeOneFrameOfReference: isCopy },
  rounds,
  machine,
  chromium: await chromiumVersion(),
  args: launch.args,
  summary,
  pages: pages.map(({ id, title, versions, buildError, rounds: measured }) => ({ id, title, versions, ...(buildError === undefined ? {} : { buildError }), rounds: measured })),
};
mkdirSync(RESULTS, { recursive: true });
writeFileSync(join(RESULTS, `${date}.json`), `${JSON.stringify(report, (_key, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value), 1)}\n`);
const subtitle = `${files.length} DICOM files, ${Math.round(bytes / 2 ** 20)} MB · median of ${rounds} · ${machine.cores} cores, software WebGL · × = ratio to the plain Cornerstone page`;
writeFileSync(join(RESULTS, `${date}.svg`), chartOf(summary, subtitle));
console.log(`\n${tableOf(summary)}\n\nbench/results/${date}.json and .svg`);

function listFiles(path) {
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, name))
    .filter((file) => !basename(file).startsWith('.') && statSync(file).isFile())
    .toSorted();
}

async function chromiumVersion() {
  const browser = await chromium.launch(launch);
  const version = browser.version();
  await browser.close();
  return version;
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
