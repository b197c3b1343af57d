import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { chooseFiles, messages, openEmpty, openItem, resultOf, savedResults, type Lps, type MemoryFile } from './helpers/app.ts';

type Truth = { readonly seriesInstanceUid: string; readonly levels: Record<string, { readonly centreLps: Lps }> };
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as Truth;
const demoZip: MemoryFile = { name: 'demo-study.zip', mimeType: 'application/zip', buffer: readFileSync('public/demo/demo-study.zip') };

function picks(levels: readonly string[], seriesInstanceUid = truth.seriesInstanceUid): MemoryFile {
  const text = JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, seriesInstanceUid, levels: levels.map((level) => ({ level, centreLps: truth.levels[level]?.centreLps })) });
  return { name: 'study.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(text) };
}

test('a results file opened together with its zip places the picks and analyses them; saved, it restores them', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, [demoZip, picks(['L1', 'L3'])]);
  await resultOf(page, 'L1');
  await resultOf(page, 'L3');
  const saved = await savedResults(page);
  expect(saved.seriesInstanceUid).toBe(truth.seriesInstanceUid);
  expect(JSON.stringify(saved)).not.toMatch(/OsteoLens\^|patientName/i);

  await page.reload();
  await chooseFiles(page, [demoZip, { name: 'again.osteolens.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(saved)) }]);
  await resultOf(page, 'L1');
  await resultOf(page, 'L3');
  const again = await savedResults(page);
  expect(again.levels.map(({ level, centreLps }) => ({ level, centreLps }))).toEqual(saved.levels.map(({ level, centreLps }) => ({ level, centreLps })));
  expect(again.levels.map(({ measurement }) => measurement)).toEqual(saved.levels.map(({ measurement }) => measurement));
});

test('a VerSe centroid file places picks on the open series', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, [demoZip]);
  await expect(openItem(page)).toContainText('91 slices');
  // The demo's grid in the axes of its own voxels: columns to the left, rows to the back, slices to the head; as in its headers.
  const spacing = [0.9375, 0.9375, 2.5] as const;
  const origin = [-179.5312, -179.5312, -103.6] as const;
  const centroid = (label: number, level: string) => {
    const [x, y, z] = truth.levels[level]?.centreLps ?? [0, 0, 0];
    return { label, X: (x - origin[0]) / spacing[0], Y: (y - origin[1]) / spacing[1], Z: (z - origin[2]) / spacing[2] };
  };
  const file = [{ direction: ['L', 'P', 'S'] }, centroid(20, 'L1'), centroid(21, 'L2')];
  await chooseFiles(page, [{ name: 'sub-demo_ctd.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(file)) }]);
  await resultOf(page, 'L1');
  await resultOf(page, 'L2');
  const saved = await savedResults(page);
  for (const { level, centreLps } of saved.levels) {
    const wanted = truth.levels[level]?.centreLps ?? [0, 0, 0];
    expect(Math.hypot(...centreLps.map((value, axis) => value - (wanted[axis] ?? 0)))).toBeLessThan(0.01);
  }
});

test('a file of another series is refused in one sentence, and nothing is placed', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, [demoZip]);
  await chooseFiles(page, [picks(['L1'], '1.2.3.4')]);
  expect(await messages(page)).toEqual([expect.stringContaining('belongs to another series')]);
  await expect(page.getByTestId('level-table')).toHaveCount(0);
});

test('unsaved picks are not given up for another study without a question', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, [demoZip, picks(['L1'])]);
  await resultOf(page, 'L1');
  await page.getByRole('banner').getByRole('button', { name: 'Demo' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('gives up L1');
  await question.getByRole('button', { name: 'Keep this study' }).click();
  await expect(page.getByTestId('row-L1')).toBeVisible();
  await savedResults(page);
  await page.getByRole('banner').getByRole('button', { name: 'Demo' }).click();
  await expect(page.getByTestId('row-L1')).toHaveCount(0);
  await expect(question).toHaveCount(0);
});

test('the CSV has one row a level and names its units', async ({ page }) => {
  await openEmpty(page);
  await chooseFiles(page, [demoZip, picks(['L1', 'L2'])]);
  await resultOf(page, 'L1');
  await resultOf(page, 'L2');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  const lines = text.trim().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain('measured_vbmd_mg_cm3');
  expect(lines[0]).toContain('network_abmd_ge-lunar_g_cm2');
  expect(lines[1]).toContain(',L1,');
  expect(lines[1]).toContain('Research use only');
});

test('the batch script of docs/automation.md saves the results of a folder of studies', async ({ baseURL }) => {
  const studies = mkdtempSync(path.join(tmpdir(), 'osteolens-batch-'));
  mkdirSync(path.join(studies, 'one'));
  writeFileSync(path.join(studies, 'one', 'study.zip'), demoZip.buffer);
  writeFileSync(path.join(studies, 'one', 'picks.osteolens.json'), picks(['L1', 'L4']).buffer);
  const said = execFileSync('node', ['docs/examples/batch.mjs', studies, `${baseURL}/`], { encoding: 'utf8' });
  expect(said).toContain('one: 2 levels saved');
  const results = JSON.parse(readFileSync(path.join(studies, 'one', 'results.osteolens.json'), 'utf8')) as { readonly levels: readonly { readonly level: string; readonly network: unknown }[] };
  expect(results.levels.map(({ level }) => level)).toEqual(['L1', 'L4']);
  expect(results.levels.every(({ network }) => network !== null)).toBe(true);
});
