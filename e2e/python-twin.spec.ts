import { readFileSync } from 'node:fs';
import { test } from '@playwright/test';
import { chooseFiles, openEmpty, resultOf, savedResults, type Lps, type MemoryFile } from './helpers/app.ts';
import { expectDemoResults, storeDemoResults } from './helpers/demo-results.ts';

/*
 * What the app writes for the demo study, which training/tests/test_clinic_analyse.py compares with `python -m vertebra analyse`.
 * UPDATE_FIXTURES=1 npx playwright test e2e/python-twin.spec.ts writes it anew, after a new model or a new demo study.
 */

type Truth = { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps }> };

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;
const demoZip: MemoryFile = { name: 'demo-study.zip', mimeType: 'application/zip', buffer: readFileSync('public/demo/demo-study.zip') };

test('the stored results of the demo, which Python is compared with, are those of this app', async ({ page }) => {
  const picks = JSON.stringify({
    format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: truth.seriesInstanceUid,
    levels: Object.entries(truth.levels).map(([level, { centreLps }]) => ({ level, centreLps })),
  });
  await openEmpty(page, '&backend=wasm');
  await chooseFiles(page, [demoZip, { name: 'demo.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(picks) }]);
  for (const level of Object.keys(truth.levels)) await resultOf(page, level);
  const saved = await savedResults(page);
  if (process.env['UPDATE_FIXTURES'] === '1') storeDemoResults(saved);
  expectDemoResults(saved);
});
