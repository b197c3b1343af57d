// Opens every study of a folder in OsteoLens with the picks that lie beside it, and saves the results there.
// node docs/examples/batch.mjs <folder of studies> <address of OsteoLens>
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';

const [studies, address] = process.argv.slice(2);
if (!studies || !address) {
  console.error('Usage: node docs/examples/batch.mjs <folder of studies> <address of OsteoLens>');
  process.exit(2);
}
const executablePath = process.env.OSTEOLENS_CHROMIUM;
const browser = await chromium.launch({ args: ['--no-sandbox'], ...(executablePath ? { executablePath } : {}) });
for (const study of readdirSync(studies)) {
  const folder = path.join(studies, study);
  const page = await browser.newPage();
  await page.goto(new URL('?demo=no&spine=no&backend=wasm', address).href);

  // Slices and picks in one choice: the picks are placed when the series is open.
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('banner').getByRole('button', { name: 'Files…' }).click();
  const files = readdirSync(folder).filter((name) => name !== 'results.osteolens.json');
  await (await chooser).setFiles(files.map((name) => path.join(folder, name)));
  await page.getByTestId('opening').waitFor({ state: 'detached', timeout: 300_000 });

  const rows = page.getByTestId(/^row-/);
  for (const sentence of await page.getByTestId('message').locator('span').allInnerTexts()) console.log(`${study}: ${sentence}`);
  if ((await rows.count()) === 0) {
    console.log(`${study}: no picks were placed`);
  } else {
    // Every placed level ends as done or failed.
    await page.waitForFunction(() => [...document.querySelectorAll('[data-testid^="row-"]')].every((row) => ['done', 'failed'].includes(row.dataset.status)));
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save results' }).click();
    await (await download).saveAs(path.join(folder, 'results.osteolens.json'));
    console.log(`${study}: ${await rows.count()} levels saved`);
  }
  await page.close();
}
await browser.close();
