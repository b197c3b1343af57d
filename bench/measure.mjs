import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const TIMEOUT_MS = 120_000;
const SETTLE_MS = 1_000;
const PROBE = join(import.meta.dirname, 'probe.js');

/**
 * One page, once, in a browser of its own: what probe.js saw, in ms from the file input's change event, and the peak memory of the
 * processes that ran it, in MB. A page that does not get there gives `error` and no numbers.
 */
export async function measurePage(page, url, files, { executablePath, args }) {
  const browser = await chromium.launch({ executablePath, args });
  const said = [];
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
    const before = await memoryOf(browser, 'VmRSS');
    await tab.locator('input[type=file]').first().setInputFiles(files);
    await tab.waitForFunction('benchResult.completeMs !== null || globalThis.benchError !== undefined', undefined, { timeout: TIMEOUT_MS, polling: 250 });
    const error = await tab.evaluate('globalThis.benchError');
    if (error !== undefined) return { error, said: said.slice(0, 3) };
    const { startedMs: _started, ...times } = await tab.evaluate('benchResult');
    const peak = await memoryOf(browser, 'VmHWM');
    return { ...times, memoryBefore: before, memoryPeak: peak };
  } catch (error) {
    return { error: error.message.split('\n')[0], said: said.slice(0, 3) };
  } finally {
    await browser.close();
  }
}

/** A figure of /proc/<pid>/status for the largest renderer and for the GPU process, MB; null where there is no /proc. */
async function memoryOf(browser, field) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const largest = (type) => Math.max(...processInfo.filter((one) => one.type === type).map(({ id }) => readStatus(id, field)));
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
