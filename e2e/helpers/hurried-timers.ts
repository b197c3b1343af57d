import type { BrowserContext, Page } from '@playwright/test';

const TIMES = 5;
/** Shorter ones pace what is seen: frames, hints, debouncing. */
const LEAST_MS = 250;

/**
 * The page's pauses and limits (docs/architecture.md, "What the browser takes away") pass five times as fast, so that a test does not sit them out.
 * Workers keep their own time. For tests of what comes after a pause, not of its length. Call it before the page loads.
 */
export async function hurryTimers(page: Page | BrowserContext): Promise<void> {
  await page.addInitScript(([times, leastMs]) => {
    for (const name of ['setTimeout', 'setInterval'] as const) {
      const own = globalThis[name] as (task: TimerHandler, ms?: number, ...rest: unknown[]) => number;
      Object.assign(globalThis, { [name]: (task: TimerHandler, ms = 0, ...rest: unknown[]) => own(task, ms >= leastMs ? ms / times : ms, ...rest) });
    }
  }, [TIMES, LEAST_MS] as const);
}
