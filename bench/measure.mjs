import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const TIMEOUT_MS = 120_000;
const SETTLE_MS = 1_000;
const SAMPLE_MS = 40;
/** After the planes are complete: what a page goes on with by itself. */
const LATER_MS = 6_000;
const PROBE = join(import.meta.dirname, 'probe.js');

/**
 * One page, once, in a browser of its own: what probe.js saw, in ms from the file input's change event, and the peak memory of the
 * processes that ran it, in MB, until the planes were complete and some seconds on. A page that does not get there gives `error` and no numbers.
 */
export async function measurePage(page, url, files, { executablePath, args }) {
  const browser = await chromium.launch({ executablePath, args });
  const said = [];
  let sampling;
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
    const tab = await context.newPage();
    tab.on('pageerror', (error) => said.push(error.message));
    tab.on('console', (message) => { if (message.type() === 'error') said.push(message.text()); });
    await tab.addInitScript({ path: PROBE });
    await tab.addInitScript(`benchWatch({ canvases: ${page.canvases}, isLoaded: () => ${page.allLoaded} })`);
    await tab.goto(`${url}/${page.query}`);
    await tab.waitForFunction(page.ready, undefined, { timeout: TIMEOUT_MS });
    await tab.waitForLoadState('networkidle');
    await tab.waitForTimeout(SETTLE_MS);
    const processes = await processesOf(browser);
    const before = memoryOf(processes, 'VmRSS');
    const samples = [];
    sampling = setInterval(() => samples.push({ at: Date.now(), memory: memoryOf(processes, 'VmHWM') }), SAMPLE_MS);
    await tab.locator('input[type=file]').first().setInputFiles(files);
    await tab.waitForFunction('benchResult.completeMs !== null || globalThis.benchError !== undefined', undefined, { timeout: TIMEOUT_MS, polling: 250 });
    const error = await tab.evaluate('globalThis.benchError');
    if (error !== undefined) return { error, said: said.slice(0, 3) };
    const { startedMs, ...times } = await tab.evaluate('benchResult');
    const completeAt = (await tab.evaluate('performance.timeOrigin')) + startedMs + times.completeMs;
    await tab.waitForTimeout(LATER_MS);
    const until = samples.findIndex(({ at }) => at >= completeAt);
    return { ...times, memoryBefore: before, memoryPeak: highest(samples.slice(0, until + 1)), memoryPeakLater: highest(samples) };
  } catch (error) {
    return { error: error.message.split('\n')[0], said: said.slice(0, 3) };
  } finally {
    clearInterval(sampling);
    await browser.close();
  }
}

/** Chromium now and then has its peak counted anew, so the last figure is not always the highest. */
function highest(samples) {
  const known = samples.flatMap(({ memory }) => (memory === null ? [] : [memory]));
  if (known.length === 0) return null;
  const most = (key) => Math.max(...known.map((memory) => memory[key]));
  return { rendererMb: most('rendererMb'), gpuMb: most('gpuMb'), sumMb: most('rendererMb') + most('gpuMb') };
}

async function processesOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo;
}

/** A figure of /proc/<pid>/status for the largest renderer and for the GPU process, MB; null where there is no /proc. */
function memoryOf(processes, field) {
  // A process that has ended meanwhile has no figure.
  const largest = (type) => Math.max(...processes.filter((one) => one.type === type).map(({ id }) => readStatus(id, field)).filter(Number.isFinite));
  const rendererMb = largest('renderer');
  const gpuMb = largest('GPU');
  return Number.isFinite(rendererMb + gpuMb) ? { rendererMb, gpuMb, sumMb: rendererMb + gpuMb } : null;
}

function readStatus(pid, field) {
  try {
    return Math.round(Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+) kB`))?.[1]) / 1024);
  } catch {
    return Number.NaN;
  }
}
