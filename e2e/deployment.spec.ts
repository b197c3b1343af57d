import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, request, test, type Page } from '@playwright/test';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { securityHeaders } from '../scripts/security-headers.mjs';
import { whyNoOrthanc } from '../scripts/orthanc.mjs';
import { openItem, openingEnds, pickLevel, resultOf, type Lps } from './helpers/app.ts';

/*
 * The commands and files of docs/deployment.md, taken from that page and run as they stand there, but for the folders, ports and names of this test.
 */
const text = readFileSync('docs/deployment.md', 'utf8');
const truth = JSON.parse(readFileSync('public/demo/truth.json', 'utf8')) as { readonly levels: Record<string, { readonly centreLps: Lps }> };
const UID = '1.2.826.0.1.3680043.10.1562.99';
const missing = [whyNoOrthanc(), spawnSync('openssl', ['version']).status === 0 ? null : 'not installed: openssl'].find((reason) => reason !== null) ?? null;
if (missing !== null && process.env['OSTEOLENS_REQUIRE_ORTHANC'] === '1') throw new Error(`The tests of deployment must run here, but ${missing}.`);
const needsServers = () => test.skip(missing !== null, `deployment with nginx and Orthanc: ${missing}`);

test.use({ serviceWorkers: 'allow', ignoreHTTPSErrors: true });
test.setTimeout(240_000);

/** What the commands under nginx left of the build, compressed, for the tests that begin with it. */
let compressed: string | null = null;
let base = '';
let running: ChildProcess[] = [];

test.beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'osteolens-deployment-'));
  // nginx reads as another user.
  chmodSync(base, 0o755);
  for (const folder of ['srv/www', 'etc/nginx/sites-enabled', 'etc/ssl', 'etc/orthanc', 'tmp', 'db']) mkdirSync(join(base, folder), { recursive: true });
});

test.afterEach(async () => {
  for (const child of running) await end(child);
  running = [];
  rmSync(base, { recursive: true, force: true });
});

test.afterAll(() => { if (compressed !== null) rmSync(compressed, { recursive: true, force: true }); });

/** The blocks of one language under a heading. */
function blocks(heading: string, language: string): string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const found = [...(section ?? '').matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);
  if (found.length === 0) throw new Error(`docs/deployment.md has no ${language} under ${heading}.`);
  return found;
}

function block(heading: string, language: string, number = 0): string {
  const found = blocks(heading, language)[number];
  if (found === undefined) throw new Error(`docs/deployment.md has no block ${number} of ${language} under ${heading}.`);
  return found;
}

/** Absolute folders of the page, moved into this test's. */
function moved(commands: string): string {
  return commands.replaceAll(/(?<=^|[ "=])\/(srv|etc|media)\//gm, `${base}/$1/`);
}

/** Runs lines of the page in a folder that looks like the repository, and gives what they print. */
function shell(commands: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-euc', moved(commands)], { cwd: repository(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`${moved(commands)}\n${stderr}`);
  return stdout;
}

/** The files as under nginx. Compressing takes longest of all, so the commands run once. */
function installFiles(): void {
  if (compressed !== null) {
    cpSync(compressed, base, { recursive: true });
    return;
  }
  shell(block('nginx', 'sh'));
  compressed = mkdtempSync(join(tmpdir(), 'osteolens-compressed-'));
  for (const folder of ['srv', 'etc']) cpSync(join(base, folder), join(compressed, folder), { recursive: true });
}

/** What the commands need of the repository, so that none of them can change it. */
function repository(): string {
  const folder = join(base, 'repository');
  if (existsSync(folder)) return folder;
  mkdirSync(join(folder, 'site/osteolens'), { recursive: true });
  for (const name of ['scripts', 'docs/examples', 'package.json']) cpSync(name, join(folder, name), { recursive: true, dereference: true });
  for (const name of ['dist', 'node_modules']) symlinkSync(resolve(name), join(folder, name));
  return folder;
}

function start(command: string, args: readonly string[], cwd = base): void {
  // Debian keeps servers where only root looks.
  running.push(spawn(command, args, { stdio: 'ignore', cwd, env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` } }));
}

/** HTTP status, 0 where nothing answers. Certificates of the test's own are no fault of the server. */
async function statusOf(address: string, method = 'HEAD'): Promise<number> {
  const client = await request.newContext({ ignoreHTTPSErrors: true });
  try {
    return (await client.fetch(address, { method })).status();
  } catch {
    return 0;
  } finally {
    await client.dispose();
  }
}

async function answers(address: string): Promise<void> {
  await expect.poll(() => statusOf(address), { timeout: 30_000 }).toBeGreaterThan(0);
}

/** The page is isolated, under its policy, and measures a level of the demo that lies on the host. */
async function expectWhole(page: Page, address: string): Promise<void> {
  const violations: string[] = [];
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) violations.push(message.text()); });
  await page.goto(`${address}?spine=no`);
  await expect(openItem(page)).toContainText('SYNTHETIC', { timeout: 90_000 });
  await openingEnds(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await pickLevel(page, 'L2', truth.levels['L2']?.centreLps ?? [0, 0, 0]);
  const row = await resultOf(page, 'L2');
  await expect(row.getByTestId('cell-vbmd-network')).toHaveText(/^\d/);
  expect(await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')).toContain("default-src 'none'");
  expect(violations.filter((line) => !line.includes('frame-ancestors'))).toEqual([]);
}

async function headersOf(address: string): Promise<Record<string, string>> {
  const client = await request.newContext({ ignoreHTTPSErrors: true });
  const headers = (await client.head(address, { headers: { 'Accept-Encoding': 'gzip' } })).headers();
  await client.dispose();
  return headers;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** nginx with a server block of the page, on a port of this test. */
async function startNginx(server: string, port: number, change: (block: string) => string = (same) => same): Promise<void> {
  const own = change(moved(server)).replace('listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`);
  expect(own).toContain(String(port));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${base}/tmp/${kind};`).join('\n');
  writeFileSync(join(base, 'etc/nginx/sites-enabled/osteolens'), own);
  // The frame that Debian's nginx.conf gives.
  writeFileSync(join(base, 'nginx.conf'), `daemon off; worker_processes 1; pid ${base}/nginx.pid; events {}
http { ${temporary} access_log off; sendfile on; include /etc/nginx/mime.types; default_type application/octet-stream; include ${base}/etc/nginx/sites-enabled/*; }\n`);
  start('nginx', ['-p', base, '-e', join(base, 'error.log'), '-c', join(base, 'nginx.conf')]);
  await answers(`https://127.0.0.1:${port}/`);
}

test('the headers of the nginx file are those of scripts/security-headers.mjs', () => {
  const lines = [...readFileSync('docs/examples/nginx/osteolens.conf', 'utf8').matchAll(/^add_header (\S+) "(.*)" always;$/gm)];
  expect(Object.fromEntries(lines.map(([, name, value]) => [name, value]))).toEqual(securityHeaders([]));
});

test('a static host without headers', async ({ page }) => {
  const [copy = '', serve = ''] = block('A static host', 'sh').trim().split('\n');
  shell(copy);
  const port = await freePort();
  start('bash', ['-c', `exec ${serve.replace(/ 8080$/, ` ${port}`)}`], repository());
  await answers(`http://127.0.0.1:${port}/osteolens/`);
  expect(await headersOf(`http://127.0.0.1:${port}/osteolens/`)).not.toHaveProperty('content-security-policy');
  await expectWhole(page, `http://127.0.0.1:${port}/osteolens/`);
});

test('nginx with TLS, under a sub-path, compressed, with every header on every answer, after another server was allowed and another network put in', async ({ page }) => {
  needsServers();
  installFiles();
  shell(block('nginx', 'sh', 1));
  const said = shell(block('Allowing another DICOMweb server', 'sh'));
  const policy = /^Content-Security-Policy: (.*)$/m.exec(said)?.[1] ?? '';
  expect(policy).toContain("connect-src 'self' https://pacs.example.org");
  const include = join(base, 'etc/nginx/osteolens.conf');
  writeFileSync(include, readFileSync(include, 'utf8').replace(/^add_header Content-Security-Policy .*$/m, `add_header Content-Security-Policy "${policy}" always;`));
  writeNetwork('my-network');
  shell(block('Another bundled network', 'sh'));
  shell(block('nginx', 'sh').split('\n').find((line) => line.startsWith('find')) ?? '');

  const port = await freePort();
  await startNginx(block('nginx', 'nginx'), port);
  const address = `https://127.0.0.1:${port}/osteolens/`;
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(readFileSync(join(base, 'srv/www/osteolens/index.html'), 'utf8'))?.[1] ?? '';
  for (const path of ['', 'sw.js', 'manifest.webmanifest', 'models/my-network/model.onnx', script, 'nothing.js']) {
    expect(await headersOf(`${address}${path}`), path).toMatchObject(lowerCased({ ...securityHeaders(['https://pacs.example.org']) }));
  }
  expect(await headersOf(`${address}${script}`)).toMatchObject({ 'content-encoding': 'gzip', 'cache-control': 'max-age=315360000' });
  expect(await headersOf(address)).toMatchObject({ 'cache-control': 'no-cache' });
  expect(await statusOf(`${address}nothing.js`)).toBe(404);
  await expectWhole(page, address);
  await expect(page.getByText('my-network')).not.toHaveCount(0);
});

test('a folder for each build, with a link that is turned', () => {
  shell(`${block('nginx', 'sh').split('\n')[0]}\nrmdir /srv/www/osteolens`);
  shell(block('Updates, and keeping an old version', 'sh').replace('cp -r dist ', 'cp -rL dist '));
  expect(existsSync(join(base, 'srv/www/osteolens/sw.js'))).toBe(true);
});

test('a stick', async ({ page }) => {
  const [write = '', serve = ''] = block('A stick', 'sh').trim().split('\n');
  shell(write);
  const port = await freePort();
  start('bash', ['-c', moved(serve).replace('node serve.mjs', `exec node serve.mjs --no-open --port ${port}`)]);
  await answers(`http://127.0.0.1:${port}/`);
  expect(await headersOf(`http://127.0.0.1:${port}/`)).toMatchObject(lowerCased(securityHeaders([])));
  await expectWhole(page, `http://127.0.0.1:${port}/`);
});

for (const front of ['nginx', 'ServeFolders'] as const) {
  test(`beside Orthanc, by ${front}: a link opens a series of the same origin`, async ({ page }) => {
    needsServers();
    installFiles();
    shell(block('nginx', 'sh', 1));
    const [deployment = '', configuration = ''] = blocks('Beside Orthanc', 'json');
    writeFileSync(join(base, 'srv/www/osteolens/deployment.json'), deployment);
    rmSync(join(base, 'srv/www/osteolens/deployment.json.gz'));
    const orthancPort = await freePort();
    const own = { StorageDirectory: join(base, 'db'), IndexDirectory: join(base, 'db'), HttpPort: orthancPort, DicomServerEnabled: false };
    writeFileSync(join(base, 'etc/orthanc/orthanc.json'), JSON.stringify({ ...(JSON.parse(moved(configuration)) as object), ...own }));
    start('Orthanc', [join(base, 'etc/orthanc/orthanc.json')]);
    await answers(`http://127.0.0.1:${orthancPort}/system`);
    for (const { bytes } of writeSyntheticCt({ sizeVox: [40, 36, 16], studyInstanceUid: UID, seriesInstanceUid: `${UID}.1`, seriesDescription: 'By link' })) {
      expect((await fetch(`http://127.0.0.1:${orthancPort}/instances`, { method: 'POST', body: bytes })).ok).toBe(true);
    }
    let address = `http://127.0.0.1:${orthancPort}/osteolens/index.html`;
    if (front === 'nginx') {
      const port = await freePort();
      await startNginx(block('Beside Orthanc', 'nginx'), port, (server) => server.replace('127.0.0.1:8042', `127.0.0.1:${orthancPort}`));
      address = `https://127.0.0.1:${port}/osteolens/`;
      expect(await statusOf(`https://127.0.0.1:${port}/dicom-web/studies`, 'POST')).toBe(403);
    }
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${address}?dicomweb=/dicom-web&study=${UID}&series=${UID}.1`);
    await expect(openItem(page)).toContainText('By link', { timeout: 90_000 });
    await openingEnds(page);
    expect(asked.filter((url) => new URL(url).origin !== new URL(address).origin && !url.startsWith('data:'))).toEqual([]);
    expect(asked.some((url) => url.includes('/frames/'))).toBe(true);
    await page.getByRole('button', { name: 'Server…' }).click();
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Archive' })).toBeVisible();
    await expectWhole(page, address);
  });
}

/** The bundled network under another name: a network of somebody else's, as far as the page knows. */
function writeNetwork(id: string): void {
  const folder = join(repository(), id);
  cpSync(resolve('dist/models/osteolens-reference'), folder, { recursive: true });
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(`${path}.new`, JSON.stringify({ ...manifest, id }));
  renameSync(`${path}.new`, path);
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(force);
      done();
    });
    child.kill('SIGTERM');
  });
}
