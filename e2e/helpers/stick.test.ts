import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { securityHeaders } from '../../scripts/security-headers.mjs';
import { writeStick } from '../../scripts/write-stick.mjs';
import { startStick, type StickServer } from './stick-server.ts';

const base = mkdtempSync(join(tmpdir(), 'osteolens-stick-'));
const [dist, stick] = [join(base, 'dist'), join(base, 'stick')];
const SECRET = 'a file outside the folder';

beforeAll(() => {
  mkdirSync(join(dist, 'assets'), { recursive: true });
  const files = {
    'index.html': '<!doctype html><title>page</title>', 'deployment.json': '{ "allowedOrigins": ["https://pacs.example"] }',
    'manifest.webmanifest': '{}', 'assets/runtime-1a.wasm': '\0asm', 'assets/glue-1a.mjs': 'export {};',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dist, name), text);
  writeStick(dist, stick);
  writeFileSync(join(base, 'secret.txt'), SECRET);
  writeFileSync(join(stick, 'app-secret.txt'), SECRET);
  symlinkSync(join(base, 'secret.txt'), join(stick, 'app', 'link.txt'));
  symlinkSync(base, join(stick, 'app', 'folder'));
});
afterAll(() => rmSync(base, { recursive: true }));

type Answer = { readonly status: number; readonly headers: Record<string, string | string[] | undefined>; readonly body: string };

/** The path exactly as given: fetch would tidy up dots. */
function ask(port: number, path: string, { host = `127.0.0.1:${port}`, method = 'GET', address = '127.0.0.1' } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: address, port, path, method, headers: { host } }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => { body += chunk.toString('latin1'); });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe.each([['serve.mjs', 41_871], ['serve.py', 41_872]] as const)('the stick’s %s', (name, port) => {
  let server: StickServer;
  beforeAll(async () => { server = await startStick(stick, name, port); });
  afterAll(() => server.stop());

  it('serves the page and its files with the security headers and the right types', async () => {
    const page = await ask(port, '/?demo=no');
    expect(page).toMatchObject({ status: 200, body: readFileSync(join(dist, 'index.html'), 'utf8') });
    const expected = securityHeaders(['https://pacs.example']);
    for (const [header, value] of Object.entries(expected)) expect(page.headers[header.toLowerCase()]).toBe(value);
    expect(Object.keys(expected).length).toBeGreaterThan(4);
    const types = await Promise.all(['/', '/assets/runtime-1a.wasm', '/assets/glue-1a.mjs', '/manifest.webmanifest'].map(async (path) => (await ask(port, path)).headers['content-type']));
    expect(types).toEqual(['text/html; charset=utf-8', 'application/wasm', 'text/javascript; charset=utf-8', 'application/manifest+json; charset=utf-8']);
    expect(await ask(port, '/assets/runtime-1a.wasm', { method: 'HEAD' })).toMatchObject({ status: 200, body: '', headers: { 'content-length': '4' } });
  });

  it.each([
    '/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/app-secret.txt', '/..%2fapp-secret.txt', '/%2e%2e%2fapp-secret.txt', '/..%5capp-secret.txt', '/..\\app-secret.txt',
    '//../app-secret.txt', '/link.txt', '/folder/secret.txt', '/%00', '/%ff', '/assets', '/assets/', '/nothing.js', '/../stick/server-settings.json',
  ])('gives nothing for %s', async (path) => {
    const answer = await ask(port, path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain(SECRET);
  });

  it('answers this computer only, and no page whose name was pointed at it', async () => {
    expect((await ask(port, '/', { host: 'elsewhere.example' })).status).toBe(403);
    expect((await ask(port, '/', { method: 'POST' })).status).toBe(405);
    const outside = Object.values(networkInterfaces()).flat().find((one) => one !== undefined && !one.internal && one.family === 'IPv4');
    // Machines without a network have no address that could be reached.
    if (outside !== undefined) await expect(ask(port, '/', { address: outside.address })).rejects.toThrow('ECONNREFUSED');
  });

  it('says so where the port is in use', async () => {
    await expect(startStick(stick, name, port)).rejects.toThrow(`Port ${port} is in use.`);
  });
});
