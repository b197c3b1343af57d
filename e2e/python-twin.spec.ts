import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { chooseFiles, openEmpty, resultOf, savedResults, type Lps, type MemoryFile, type SavedResults } from './helpers/app.ts';

/**
 * What the app writes for the demo study, which training/tests/test_clinic_analyse.py compares with `python -m vertebra analyse`.
 * UPDATE_FIXTURES=1 npx playwright test e2e/python-twin.spec.ts writes it anew, after a new model or a new demo study.
 */
const FIXTURE = 'e2e/fixtures/demo-app-results.json';
/** Of each number or 1, whichever is larger: processors differ in the last digits. */
const TOLERANCE = 1e-3;

type Truth = { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps }> };
type Reduced = { readonly seriesInstanceUid: string | null; readonly modelSha256: string | null; readonly levels: readonly unknown[] };

const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;
const demoZip: MemoryFile = { name: 'demo-study.zip', mimeType: 'application/zip', buffer: readFileSync('public/demo/demo-study.zip') };

/** Without what differs from run to run: times and version. */
function reduce(saved: SavedResults): Reduced {
  return {
    seriesInstanceUid: saved.seriesInstanceUid,
    modelSha256: saved.levels[0]?.run?.modelSha256 ?? null,
    levels: saved.levels.map(({ run: _run, ...level }) => level),
  };
}

function numbersOf(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(numbersOf) : [];
}

function withoutNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, one: unknown) => (typeof one === 'number' ? 0 : one)));
}

test('the stored results of the demo, which Python is compared with, are those of this app', async ({ page }) => {
  const picks = JSON.stringify({
    format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid: truth.seriesInstanceUid,
    levels: Object.entries(truth.levels).map(([level, { centreLps }]) => ({ level, centreLps })),
  });
  await openEmpty(page, '&backend=wasm');
  await chooseFiles(page, [demoZip, { name: 'demo.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(picks) }]);
  for (const level of Object.keys(truth.levels)) await resultOf(page, level);
  const reduced = reduce(await savedResults(page));
  if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(FIXTURE, `${JSON.stringify(reduced, null, 1)}\n`);
  const stored = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reduced;
  expect(withoutNumbers(reduced)).toEqual(withoutNumbers(stored));
  const [got, wanted] = [numbersOf(reduced), numbersOf(stored)];
  expect(got).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) {
    expect(Math.abs((got[index] ?? Number.NaN) - value), `number ${index} of the file`).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(value)));
  }
});
