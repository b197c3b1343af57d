// What a build needs offline, and its name: written into dist/sw.js and dist/index.html. Run again by whoever changes a file of a finished build
// (`node scripts/offline-files.mjs <dist>`): the service worker keeps only files that are as listed. No dependency.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Not part of the copy: the worker itself, the settings of the host, which are asked anew, and what only tests read. */
const LEFT_OUT = new Set(['sw.js', 'deployment.json', 'demo/truth.json']);

const LIST_START = 'self.OSTEOLENS_FILES=';
const BUILD_META = /<meta name="osteolens-build" content="(\S+) [^"]*"\s*\/?>/;

/**
 * Which files belong together. A machine keeps `app`, the one runtime that it uses and, where there is room, the demo.
 * @param {string} path relative to the page, with slashes
 */
export function groupOf(path) {
  if (path.startsWith('demo/')) return 'demo';
  const files = /^assets\/ort-wasm-simd-threaded(?:\.(jspi|asyncify))?-[\w-]+\.(?:wasm|mjs)$/.exec(path);
  if (files) return `runtime-${files[1] ?? 'plain'}`;
  const library = /^assets\/ort\.(wasm|jspi|webgpu)\.min-/.exec(path);
  if (library) return { wasm: 'runtime-plain', jspi: 'runtime-jspi', webgpu: 'runtime-asyncify' }[library[1]];
  return 'app';
}

/**
 * Names the build by its content and tells the page and the worker.
 * @param {string} dist folder of the built page
 * @returns {{ version: string, build: string, groups: Record<string, { url: string, bytes: number, integrity: string }[]> }}
 */
export function stampOfflineFiles(dist) {
  const pagePath = join(dist, 'index.html');
  const workerPath = join(dist, 'sw.js');
  const page = readFileSync(pagePath, 'utf8');
  const version = BUILD_META.exec(page)?.[1];
  if (version === undefined) throw new Error(`${pagePath} has no meta element osteolens-build: it is not a built page of OsteoLens.`);
  const lines = readFileSync(workerPath, 'utf8').split('\n');
  const worker = (lines[0].startsWith(LIST_START) ? lines.slice(1) : lines).join('\n');

  const paths = listFiles(dist).filter((path) => !LEFT_OUT.has(path));
  const nameless = page.replace(BUILD_META, '');
  const all = paths.map((path) => `${path} ${sha256(path === 'index.html' ? nameless : readFileSync(join(dist, path)))}`);
  const build = sha256([...all, worker].join('\n'), 'hex').slice(0, 8);
  writeFileSync(pagePath, page.replace(BUILD_META, `<meta name="osteolens-build" content="${version} ${build}" />`));

  const groups = {};
  for (const path of paths) {
    const bytes = readFileSync(join(dist, path));
    (groups[groupOf(path)] ??= []).push({ url: path, bytes: bytes.length, integrity: `sha256-${sha256(bytes)}` });
  }
  const list = { version, build, groups };
  writeFileSync(workerPath, `${LIST_START}${JSON.stringify(list)};\n${worker}`);
  return list;
}

/** The list that a built worker carries. @param {string} dist */
export function readOfflineFiles(dist) {
  const [first] = readFileSync(join(dist, 'sw.js'), 'utf8').split('\n');
  return JSON.parse(first.slice(LIST_START.length).replace(/;$/, ''));
}

/** @param {string | Uint8Array} content @param {'base64' | 'hex'} encoding @returns {string} */
function sha256(content, encoding = 'base64') {
  return createHash('sha256').update(content).digest(encoding);
}

/** Every file but hidden ones, as paths with slashes, in one order on every machine. */
function listFiles(folder, under = '') {
  return readdirSync(join(folder, under)).filter((name) => !name.startsWith('.')).flatMap((name) => {
    const path = under === '' ? name : `${under}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? listFiles(folder, path) : [path];
  }).toSorted((one, other) => (one < other ? -1 : 1));
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const dist = process.argv[2] ?? 'dist';
  if (!existsSync(join(dist, 'sw.js'))) {
    console.error(`${dist} holds no sw.js: give the folder of a finished build (npm run build).`);
    process.exit(1);
  }
  const { version, build } = stampOfflineFiles(dist);
  console.log(`${dist} is OsteoLens ${version}, build ${build}.`);
}
