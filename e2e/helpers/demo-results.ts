import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import type { SavedResults } from './app.ts';

/**
 * What the app writes for the demo study at its true centres, through WASM in Chromium. training/tests/test_clinic_analyse.py compares it with
 * `python -m vertebra analyse`, e2e/engines with other browsers.
 */
const FIXTURE = 'e2e/fixtures/demo-app-results.json';
/** Of each number or 1, whichever is larger: processors differ in the last digits. */
const TOLERANCE = 1e-3;

type Reduced = { readonly seriesInstanceUid: string | null; readonly modelSha256: string | null; readonly levels: readonly unknown[] };

export function storeDemoResults(saved: SavedResults): void {
  writeFileSync(FIXTURE, `${JSON.stringify(reduce(saved), null, 1)}\n`);
}

export function expectDemoResults(saved: SavedResults): void {
  const reduced = reduce(saved);
  const stored = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reduced;
  expect(withoutNumbers(reduced)).toEqual(withoutNumbers(stored));
  const [got, wanted] = [numbersOf(reduced), numbersOf(stored)];
  expect(got).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) {
    expect(Math.abs((got[index] ?? Number.NaN) - value), `number ${index} of the file`).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(value)));
  }
}

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
