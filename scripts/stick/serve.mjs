// Serves the folder app/ beside this file to this computer only. Needs Node 18 or newer and nothing else:
//   node serve.mjs [--port 4180] [--no-open]
import { spawn } from 'node:child_process';
import { createReadStream, readFileSync, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = realpathSync(join(here, 'app'));
// Written by scripts/write-stick.mjs: headers and MIME types have one owner.
const { headers, types, port: usualPort } = JSON.parse(readFileSync(join(here, 'server-settings.json'), 'utf8'));

const given = process.argv.indexOf('--port');
const port = given === -1 ? usualPort : Number(process.argv[given + 1]);
if (!Number.isInteger(port) || port < 1024 || port > 65535) end('--port takes a number from 1024 to 65535.');
const address = `http://127.0.0.1:${port}/`;
const ownHosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);

const server = createServer((request, response) => {
  const refuse = (status) => response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${status}\n`);
  // A page elsewhere whose name was pointed at this computer is not served.
  if (!ownHosts.has(request.headers.host ?? '')) return refuse(403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  const path = fileOf(request.url);
  if (path === null) return refuse(404);
  response.writeHead(200, {
    ...headers,
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Content-Length': statSync(path).size,
    // Names under assets/ change with their content.
    'Cache-Control': request.url.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(path).pipe(response);
});

/** The file of a request, or null for everything that is not a file inside app/, links that lead out of it included. */
function fileOf(url) {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/, ''));
    if (/[\0\\:]/.test(path) || path.split('/').includes('..')) return null;
    const file = realpathSync(join(root, path === '/' ? 'index.html' : path));
    return file.startsWith(root + sep) && statSync(file).isFile() ? file : null;
  } catch {
    return null;
  }
}

server.on('error', (error) => {
  end(error.code === 'EADDRINUSE'
    ? `Port ${port} is in use. If OsteoLens runs already, open ${address}; otherwise end the other program, or take another port with --port (what the browser keeps belongs to one port).`
    : `The server could not start: ${error.message}`);
});
server.listen(port, '127.0.0.1', () => {
  console.log(`OsteoLens runs at ${address} for this computer only. Stop with Ctrl+C.`);
  if (!process.argv.includes('--no-open')) openBrowser(address);
});

function openBrowser(url) {
  const [command, args] = { darwin: ['open', [url]], win32: ['cmd', ['/c', 'start', '', url]] }[process.platform] ?? ['xdg-open', [url]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => console.log(`No browser could be opened from here: open ${url} yourself.`));
  child.unref();
}

function end(sentence) {
  console.error(sentence);
  process.exit(1);
}
