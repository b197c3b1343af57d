// The long run of the fuzzers: 20,000 cases each, or as many as FUZZ_CASES says, from case FUZZ_FROM on.
// Headers and zip archives are damaged and read in TypeScript alone. Pixel data is damaged by scripts/reference/damaged.py, which asks
// other decoders what they make of it; that needs a Python with scripts/reference/requirements.txt, by default made in a temporary folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { FUZZ_CASES = '20000', FUZZ_FROM = '0' } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'osteolens-fuzz-'));
const damaged = join(folder, 'damaged.json');

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return status === 0;
}

function referencePython() {
  const given = process.env['REFERENCE_PYTHON'];
  if (given && existsSync(given)) return given;
  const python = join(folder, 'venv/bin/python');
  const isMade = run('python3', ['-m', 'venv', join(folder, 'venv')]) && run(python, ['-m', 'pip', 'install', '--quiet', '-r', 'scripts/reference/requirements.txt']);
  if (!isMade) throw new Error('No Python with the reference decoders: set REFERENCE_PYTHON, or install python3-venv.');
  return python;
}

const isHeadersGood = run('npx', ['vitest', 'run', 'src/files/fuzz.test.ts'], { FUZZ_CASES, FUZZ_FROM, FUZZ_REPORT: '1' });
const isPixelsGood =
  run(referencePython(), ['scripts/reference/damaged.py', '--cases', FUZZ_CASES, '--first', FUZZ_FROM, '--out', damaged]) &&
  run('npx', ['vitest', 'run', 'src/testing/damaged-pixels.test.ts'], { FUZZ_DAMAGED: damaged });
// What failed stays to be looked at; the Python, some hundred megabytes, does not.
rmSync(isPixelsGood ? folder : join(folder, 'venv'), { recursive: true, force: true });
process.exit(isHeadersGood && isPixelsGood ? 0 : 1);
