import { cpSync, createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import { originsOfDeployment, securityHeaders } from '../../scripts/security-headers.mjs';

/** A copy of the built application on a server of its own, which writes down all that it is asked. */
export type ServedCopy = {
  /** Origin, without a slash at its end. */
  readonly url: string;
  /** Changes the copy, not the build. */
  readonly folder: string;
  /** Every request: method, address and body, as they came. */
  readonly asked: string[];
  /** What browsers reported as against the policy, from the page and from its workers; only with headers. */
  readonly violations: string[];
  readonly stop: () => Promise<void>;
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json',
  '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json', '.zip': 'application/zip', '.md': 'text/markdown',
};
const REPORTS = '/policy-reports';

/** @param hasHeaders whether this host can send the security headers */
export async function serveCopy({ hasHeaders = true }: { readonly hasHeaders?: boolean } = {}): Promise<ServedCopy> {
  const folder = mkdtempSync(join(tmpdir(), 'osteolens-copy-'));
  // Folders are large and stay as built; the files beside the page may be changed.
  for (const entry of readdirSync('dist', { withFileTypes: true })) {
    if (entry.isDirectory()) symlinkSync(resolve('dist', entry.name), join(folder, entry.name));
    else cpSync(join('dist', entry.name), join(folder, entry.name));
  }
  const [asked, violations]: [string[], string[]] = [[], []];
  const server = createServer((request, answer) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(body).toString('utf8');
      if (request.url === REPORTS) violations.push(text);
      else asked.push(`${request.method} ${request.url} ${text}`);
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://copy').pathname));
      const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
      const isThere = request.method === 'GET' && file.startsWith(folder) && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
      answer.writeHead(isThere ? 200 : 404, { ...(hasHeaders ? headersOf(folder) : {}), 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
      if (isThere) createReadStream(file).pipe(answer);
      else answer.end();
    });
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder,
    asked,
    violations,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => { server.close(done); });
      rmSync(folder, { recursive: true });
    },
  };
}

/** As the folder's deployment.json is now, with an address to which browsers report what the policy refuses. */
function headersOf(folder: string): Record<string, string> {
  const headers = securityHeaders(originsOfDeployment(JSON.parse(readFileSync(join(folder, 'deployment.json'), 'utf8'))));
  return { ...headers, 'Content-Security-Policy': `${headers['Content-Security-Policy']}; report-uri ${REPORTS}` };
}

/** A server that no request should ever reach: it refuses all and remembers them. Browsers that use it as their proxy ask it for every other host. */
export async function startTrap(): Promise<{ readonly url: string; readonly caught: string[]; readonly stop: () => Promise<void> }> {
  const caught: string[] = [];
  const server = createServer((request, answer) => {
    caught.push(`${request.method} ${request.url}`);
    answer.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    caught.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caught,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => { server.close(done); });
    },
  };
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready); });
}
