// README's first command: install, build, serve on this machine only, and open the browser on the demo study.
import { spawn, spawnSync } from 'node:child_process';
import { fail, requireNode } from './check-node.mjs';
import { installPackages } from './install.mjs';

requireNode();
installPackages();
console.log('Building OsteoLens …');
const built = spawnSync('npx', ['vite', 'build', '--logLevel', 'warn'], { stdio: 'inherit' });
if (built.status !== 0) fail('The build failed: see the lines above.');

const { preview } = await import('vite');
const server = await preview({ preview: { host: '127.0.0.1', port: 4180 }, logLevel: 'error' });
const url = server.resolvedUrls?.local[0] ?? 'http://127.0.0.1:4180/';
console.log(`\nOsteoLens runs at ${url}\nNothing you open leaves this computer. Stop with Ctrl+C.\n`);
openBrowser(url);

/** Opens the default browser where there is one; without one the address above is enough. */
function openBrowser(address) {
  if (process.env.CI || process.argv.includes('--no-open')) return;
  const command = { darwin: ['open', [address]], win32: ['cmd', ['/c', 'start', '', address]] }[process.platform] ?? ['xdg-open', [address]];
  const child = spawn(command[0], command[1], { stdio: 'ignore', detached: true });
  child.on('error', () => console.log(`No browser could be opened from here: open ${address} yourself.`));
  child.unref();
}
