import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const BENCH = import.meta.dirname;
export const DIST = join(BENCH, 'dist');

/** Installs the comparison libraries into bench/ only, exactly as bench/package-lock.json says. */
export function installComparison() {
  const { status } = spawnSync('npm', ['ci', '--prefix', BENCH, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], { stdio: 'inherit' });
  return status === 0;
}

/** Builds one page into bench/dist/<id>; the app from its own sources, apart from the dist/ that others may be serving. */
export async function buildPage(id) {
  const outDir = join(DIST, id);
  if (id === 'osteolens') {
    await build({ root: join(BENCH, '..'), logLevel: 'error', build: { outDir, emptyOutDir: true } });
    return;
  }
  await build({
    configFile: false,
    root: join(BENCH, 'pages', id),
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 8000 },
  });
}

export function versionOf(name) {
  return JSON.parse(readFileSync(join(BENCH, 'node_modules', name, 'package.json'), 'utf8')).version;
}
