import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/**
 * Path of a Chromium to test with: OSTEOLENS_CHROMIUM, else Playwright's own where it was installed, else the system's.
 * Null when there is none.
 */
export async function findChromium() {
  const named = process.env.OSTEOLENS_CHROMIUM;
  if (named) return existsSync(named) ? named : null;
  const { chromium } = await import('@playwright/test');
  const own = chromium.executablePath();
  if (own && existsSync(own)) return own;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const candidate = join(folder, name);
      if (isExecutable(candidate)) return candidate;
    }
  }
  return null;
}

export const HOW_TO_GET_CHROMIUM =
  'No Chromium was found for the browser tests. Get one with "npx playwright install chromium", or "sudo apt-get install chromium" on Debian, ' +
  'or name one in OSTEOLENS_CHROMIUM, and run the command again.';

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
