import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fail } from './check-node.mjs';

/** Installs the npm packages of package-lock.json, unless exactly these are there already. */
export function installPackages() {
  const wanted = readFileSync('package-lock.json', 'utf8');
  const stamp = 'node_modules/.osteolens-lock';
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing packages (npm ci) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: 'inherit' });
  if (status !== 0) fail('npm ci did not finish: OsteoLens needs the npm registry once. See the lines above, then run the command again.');
  writeFileSync(stamp, wanted);
}
