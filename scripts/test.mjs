// README's second command: types, lint, unit tests, the built app in Chromium, the Python tests. Says plainly what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fail, requireNode } from './check-node.mjs';
import { installPackages } from './install.mjs';
import { PYTHON, preparePython } from './python.mjs';

requireNode();
installPackages();
const { findChromium, HOW_TO_GET_CHROMIUM } = await import('./find-chromium.mjs');
const chromium = await findChromium();
if (!chromium) fail(HOW_TO_GET_CHROMIUM);
preparePython();

const reports = mkdtempSync(join(tmpdir(), 'osteolens-test-'));
const data = process.env.OSTEOLENS_TEST_DATA ?? '../shared/data';
console.log(existsSync(data) ? `Real CT for the tests: ${data}` : `No real CT at ${data}: the tests that need it will say that they skip (set OSTEOLENS_TEST_DATA).`);

const steps = [
  { name: 'types', command: 'node', args: ['scripts/types.mjs'] },
  { name: 'lint', command: 'npx', args: ['oxlint', '--type-aware', '--deny-warnings'] },
  {
    name: 'unit', command: 'npx', count: countVitest,
    args: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile=${join(reports, 'unit.json')}`],
  },
  { name: 'build', command: 'npx', args: ['vite', 'build', '--logLevel', 'warn'] },
  {
    name: 'e2e', command: 'npx', count: countPlaywright, args: ['playwright', 'test', '--reporter=list,json'],
    env: { OSTEOLENS_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'e2e.json') },
  },
  { name: 'python lint', command: PYTHON, args: ['-m', 'ruff', 'check', 'training'] },
  { name: 'python', command: PYTHON, count: countJunit, args: ['-m', 'pytest', '-q', '-rs', `--junitxml=${join(reports, 'python.xml')}`], cwd: 'training' },
];

const total = { passed: 0, failed: 0, skipped: 0 };
/** A few lines for each failed test of the first runners, said again at the end, where a cut log is read; pytest says its own there. */
const failures = [];
const lines = [];
for (const step of steps) {
  console.log(`\n── ${step.name} ${'─'.repeat(60 - step.name.length)}`);
  const started = Date.now();
  const command = step.cwd && step.command === PYTHON ? join(process.cwd(), PYTHON) : step.command;
  const { status } = spawnSync(command, step.args, { stdio: 'inherit', cwd: step.cwd, env: { ...process.env, ...step.env } });
  const counted = step.count?.() ?? (status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
  // A runner that ended badly without a failed test (it crashed, or ran none) is a failure all the same.
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  if (step.count && counted.passed === 0) counted.failed += 1;
  for (const key of Object.keys(total)) total[key] += counted[key];
  lines.push(`${status === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(12)} ${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped`);
}
if (failures.length > 0) console.log(`\n${failures.join('\n')}`);
console.log(`\n${lines.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

function readReport(name) {
  const path = join(reports, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function countVitest() {
  const text = readReport('unit.json');
  if (!text) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(text);
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'failed') nameFailure('unit', `${relative('.', file.name)}: ${test.fullName}`, test.failureMessages[0]);
    }
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
}

function countPlaywright() {
  const text = readReport('e2e.json');
  if (!text) return { passed: 0, failed: 1, skipped: 0 };
  const { stats, suites } = JSON.parse(text);
  for (const spec of suites.flatMap(specsOf)) {
    for (const test of spec.tests) {
      if (test.status === 'unexpected') nameFailure('e2e', `${spec.file}:${spec.line} ${spec.title}`, test.results.at(-1)?.error?.message);
    }
  }
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

function specsOf(suite) {
  return [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)];
}

/** Colours are for a terminal; what a failure says of itself is cut to what fits a summary. */
function nameFailure(step, name, message = '') {
  failures.push(`${step}: ${name}\n    ${stripVTControlCharacters(message).trim().split('\n').filter(Boolean).slice(0, 6).join('\n    ')}`);
}

function countJunit() {
  const text = readReport('python.xml');
  const suite = text?.match(/<testsuite [^>]*>/)?.[0];
  if (!suite) return { passed: 0, failed: 1, skipped: 0 };
  const number = (key) => Number(suite.match(new RegExp(`${key}="(\\d+)"`))?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  return { passed: number('tests') - failed - number('skipped'), failed, skipped: number('skipped') };
}
