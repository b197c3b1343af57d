// npm run stick -- <folder>: the built application with two small servers, for a computer without a network.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { originsOfDeployment, securityHeaders } from './security-headers.mjs';

const scripts = fileURLToPath(new URL('./', import.meta.url));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.zip': 'application/zip',
};

/** Headers and MIME types for both servers, after what app/deployment.json allows. Run again when that file changes. */
export function writeServerSettings(stick) {
  const deployment = JSON.parse(readFileSync(join(stick, 'app', 'deployment.json'), 'utf8'));
  const settings = { port: 4180, headers: securityHeaders(originsOfDeployment(deployment)), types: TYPES };
  writeFileSync(join(stick, 'server-settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * @param {string} dist a finished build
 * @param {string} stick a folder that does not exist yet, or is empty
 */
export function writeStick(dist, stick) {
  mkdirSync(stick, { recursive: true });
  cpSync(realpathSync(dist), join(stick, 'app'), { recursive: true, dereference: true });
  for (const name of readdirSync(join(scripts, 'stick'))) {
    if (!name.startsWith('__')) cpSync(join(scripts, 'stick', name), join(stick, name), { recursive: true });
  }
  writeServerSettings(stick);
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const [, , stick, dist = 'dist'] = process.argv;
  const problem =
    stick === undefined ? 'Say where the folder should be written: npm run stick -- <folder>'
    : !existsSync(join(dist, 'sw.js')) ? `${dist} holds no finished build: run npm run build first.`
    : existsSync(stick) && readdirSync(stick).length > 0 ? `${stick} is not empty: name a folder that does not exist yet.`
    : null;
  if (problem !== null) {
    console.error(problem);
    process.exit(1);
  }
  writeStick(dist, stick);
  console.log(`${stick} is ready. Start it there with "node serve.mjs" or "python3 serve.py"; README.txt says the rest.`);
}
