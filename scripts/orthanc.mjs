// A DICOMweb server for the browser tests: Orthanc with its DICOMweb plug-in, and nginx in front of it with the very
// configuration that docs/dicomweb.md describes. On this computer only, on free ports, with everything in a temporary folder.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';
const START_TIMEOUT_MS = 30_000;

/** Why the tests of DICOMweb cannot run here; null where they can. */
export function whyNoOrthanc() {
  const missing = [
    ...(find('Orthanc') ? [] : ['orthanc']),
    ...(existsSync(PLUGIN) ? [] : ['orthanc-dicomweb']),
    ...(find('nginx') ? [] : ['nginx-light']),
  ];
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')} (Debian: sudo apt-get install ${missing.join(' ')})`;
}

/**
 * Starts both and waits for them.
 * @param pageOrigin origin of the page that may read
 * @param token bearer token that the second address asks for
 * @returns openRoot: a DICOMweb root without login; lockedRoot: the same behind the token;
 *   upload(bytes): stores one DICOM file, rejects where Orthanc refuses it; stop()
 */
export async function startOrthanc({ pageOrigin, token }) {
  const folder = mkdtempSync(join(tmpdir(), 'osteolens-orthanc-'));
  mkdirSync(join(folder, 'db'));
  const [orthancPort, openPort, lockedPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const running = [];
  const stop = async () => {
    await Promise.all(running.map((child) => end(child)));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    writeFileSync(join(folder, 'orthanc.json'), JSON.stringify(orthancConfiguration(folder, orthancPort)));
    writeFileSync(join(folder, 'nginx.conf'), nginxConfiguration(folder, { orthancPort, openPort, lockedPort, pageOrigin, token }));
    running.push(spawn(find('Orthanc'), [join(folder, 'orthanc.json')], { stdio: 'ignore' }));
    running.push(spawn(find('nginx'), ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' }));
    await Promise.all([answers(`http://127.0.0.1:${orthancPort}/system`), answers(`http://127.0.0.1:${openPort}/dicom-web/studies?limit=1`)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    openRoot: `http://127.0.0.1:${openPort}/dicom-web`,
    lockedRoot: `http://127.0.0.1:${lockedPort}/dicom-web`,
    async upload(bytes) {
      const response = await fetch(`http://127.0.0.1:${orthancPort}/instances`, { method: 'POST', body: bytes });
      if (!response.ok) throw new Error(`Orthanc refused a file: HTTP ${response.status}`);
    },
    stop,
  };
}

function orthancConfiguration(folder, port) {
  return {
    StorageDirectory: join(folder, 'db'),
    IndexDirectory: join(folder, 'db'),
    HttpPort: port,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomServerEnabled: false,
    Plugins: [PLUGIN],
    DicomWeb: { Enable: true, Root: '/dicom-web/' },
  };
}

/** The frame of docs/dicomweb.md around docs/examples/nginx/dicomweb.conf, once without and once with a token. */
function nginxConfiguration(folder, { orthancPort, openPort, lockedPort, pageOrigin, token }) {
  const include = resolve('docs/examples/nginx/dicomweb.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join('\n');
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
${temporary}
  upstream orthanc { server 127.0.0.1:${orthancPort}; keepalive 8; }
  map $http_origin $dicomweb_origin { default ""; "${pageOrigin}" $http_origin; }
  map "$server_port $http_authorization" $dicomweb_access { default 0; "~^${openPort} " 1; "${lockedPort} Bearer ${token}" 1; }
  server { listen 127.0.0.1:${openPort}; include ${include}; }
  server { listen 127.0.0.1:${lockedPort}; include ${include}; }
}
`;
}

function find(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function answers(address) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const isThere = await fetch(address).then((response) => response.ok, () => false);
    if (isThere) return;
    if (Date.now() > deadline) throw new Error(`${address} did not answer within ${START_TIMEOUT_MS / 1000} s.`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Asks a child of ours to end, and waits until it has. */
function end(child) {
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
