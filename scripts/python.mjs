import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fail } from './check-node.mjs';

const VENV = 'training/.venv';
export const PYTHON = `${VENV}/bin/python`;

/** Makes training/.venv with the pinned packages of training/requirements.txt, unless exactly these are there already. */
export function preparePython() {
  const wanted = readFileSync('training/requirements.txt', 'utf8');
  const stamp = `${VENV}/.osteolens-requirements`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const python = ['python3.11', 'python3', 'python'].find((name) => isNewEnough(name));
  if (!python) fail('The training tests need Python 3.11 or newer: install it (Debian: sudo apt-get install python3 python3-venv) and run the command again.');
  console.log('Installing the Python packages into training/.venv …');
  if (!existsSync(PYTHON) && run(python, ['-m', 'venv', VENV]) !== 0) {
    fail('Python could not make a virtual environment: install its venv module (Debian: sudo apt-get install python3-venv) and run the command again.');
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  if (run(PYTHON, [...pip, '-r', 'training/requirements.txt']) !== 0) {
    fail('pip could not install training/requirements.txt: see the lines above, then run the command again.');
  }
  writeFileSync(stamp, wanted);
}

function isNewEnough(name) {
  return spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))'], { stdio: 'ignore' }).status === 0;
}

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status;
}
