import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openHttpSession, openMarionetteSession, Tab, type Parameters } from './webdriver.ts';

/** Firefox ESR and WebKitGTK as Debian packages them, each with a display, a profile and a folder of downloads of its own, gone at the end. */
export type EngineName = 'firefox' | 'webkit';

export type RunningEngine = {
  readonly tab: Tab;
  readonly version: string;
  /** For files of the test; gone at the end. */
  readonly folder: string;
  readonly downloads: string;
  readonly stop: () => Promise<void>;
};

type Started = { readonly send: ConstructorParameters<typeof Tab>[0]; readonly capabilities: Parameters };
type Place = { readonly folder: string; readonly downloads: string; readonly environment: NodeJS.ProcessEnv; readonly run: (path: string, args: readonly string[]) => ChildProcess };

const FIREFOX = ['firefox-esr', 'firefox'].map(findProgram).find((path) => path !== null) ?? null;
const WEBKIT_DRIVER = findProgram('WebKitWebDriver');
const LIBRARIES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const MINI_BROWSER = ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((name) => join(LIBRARIES, name, 'MiniBrowser')).find((path) => existsSync(path)) ?? null;
const XVFB = findProgram('Xvfb');
const START_LIMIT_MS = 60_000;

/** Why an engine cannot be tested here; null where it can. */
export function whyNoEngine(engine: EngineName): string | null {
  const needs = engine === 'firefox' ? { 'firefox-esr': FIREFOX } : { 'webkit2gtk-driver': WEBKIT_DRIVER && MINI_BROWSER };
  const missing = Object.entries({ ...needs, xvfb: XVFB }).flatMap(([name, path]) => (path === null ? [name] : []));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')} (Debian: sudo apt-get install ${missing.join(' ')})`;
}

export async function startEngine(engine: EngineName): Promise<RunningEngine> {
  const folder = mkdtempSync(join(tmpdir(), `osteolens-${engine}-`));
  const downloads = join(folder, 'Downloads');
  mkdirSync(downloads);
  mkdirSync(join(folder, '.config'));
  writeFileSync(join(folder, '.config/user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const running: ChildProcess[] = [];
  const stop = async () => {
    for (const child of running.toReversed()) await end(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const screen = spawn(XVFB ?? '', ['-displayfd', '3', '-screen', '0', '1600x1100x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    running.push(screen);
    const environment: NodeJS.ProcessEnv = { ...process.env, DISPLAY: `:${await firstLine(screen)}`, HOME: folder, XDG_CONFIG_HOME: join(folder, '.config'), LIBGL_ALWAYS_SOFTWARE: '1' };
    const run: Place['run'] = (path, args) => {
      const child = spawn(path, args, { stdio: 'ignore', env: environment });
      running.push(child);
      return child;
    };
    const place = { folder, downloads, environment, run };
    const { send, capabilities } = await (engine === 'firefox' ? startFirefox(place) : startWebKit(place));
    const tab = new Tab(send);
    await tab.prepare({ width: 1440, height: 900 });
    return { tab, folder, version: `${String(capabilities['browserName'])} ${String(capabilities['browserVersion'])}`, downloads, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startFirefox({ folder, downloads, run }: Place): Promise<Started> {
  const profile = join(folder, 'profile');
  mkdirSync(profile);
  const preferences = {
    // Any free port; Firefox writes it into its profile.
    'marionette.port': 0,
    // The software renderer of a test machine is on Firefox's list of cards it does not trust.
    'gfx.blocklist.all': -1,
    'webgl.force-enabled': true,
    'browser.download.folderList': 2,
    'browser.download.dir': downloads,
    'browser.download.alwaysOpenPanel': false,
    'browser.shell.checkDefaultBrowser': false,
    'datareporting.policy.dataSubmissionEnabled': false,
  };
  writeFileSync(join(profile, 'user.js'), Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
  const child = run(FIREFOX ?? '', ['--marionette', '--no-remote', '--profile', profile, 'about:blank']);
  const portFile = join(profile, 'MarionetteActivePort');
  await until(child, 'Firefox', () => existsSync(portFile) && readFileSync(portFile, 'utf8').trim() !== '');
  return openMarionetteSession(Number(readFileSync(portFile, 'utf8')));
}

async function startWebKit({ run }: Place): Promise<Started> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const child = run(WEBKIT_DRIVER ?? '', ['--host=127.0.0.1', `--port=${port}`]);
  await until(child, 'WebKitWebDriver', () => fetch(`${address}/status`).then((response) => response.ok, () => false));
  return openHttpSession(address, { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] } });
}

async function until(child: ChildProcess, name: string, isReady: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await isReady())) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} did not start.`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdio[3]?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', () => reject(new Error('Xvfb did not start.')));
    child.once('error', reject);
  });
}

function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Asks a child of ours to end, and waits until it has. */
function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
