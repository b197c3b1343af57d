// Lets a built copy of the application read from other servers: node scripts/allow-server.mjs <folder with index.html> <origin>...
// Changes deployment.json and the policy in index.html together; without origins it brings the page in line with deployment.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stampOfflineFiles } from './offline-files.mjs';
import { originsOfDeployment, securityHeaders, withPolicy } from './security-headers.mjs';
import { writeServerSettings } from './write-stick.mjs';

const [folder, ...addresses] = process.argv.slice(2);
if (folder === undefined) end('Name the folder that holds index.html, then the origins to allow, such as https://pacs.clinic.example.');

for (const address of addresses) {
  const isOrigin = /^https?:$/.test(URL.canParse(address) ? new URL(address).protocol : '') && new URL(address).origin === address;
  if (!isOrigin) end(`${address} is no origin; write the scheme, the host and, where it has one, the port, such as https://pacs.clinic.example:8043.`);
}

const [pagePath, deploymentPath] = [join(folder, 'index.html'), join(folder, 'deployment.json')];
const deployment = read(deploymentPath, JSON.parse);
const allowedOrigins = [...new Set([...(deployment.allowedOrigins ?? []), ...addresses])];
const origins = originsOfDeployment({ ...deployment, allowedOrigins });
const page = read(pagePath, (html) => withPolicy(html, origins));
writeFileSync(deploymentPath, `${JSON.stringify({ ...deployment, allowedOrigins }, null, 2)}\n`);
writeFileSync(pagePath, page);
// The page is another file now, and the service worker keeps only files that are as listed.
if (existsSync(join(folder, 'sw.js'))) stampOfflineFiles(folder);
// A stick's servers read their headers from a file beside the page's folder.
if (existsSync(join(folder, '..', 'server-settings.json'))) writeServerSettings(join(folder, '..'));
console.log(`The page may read from its own origin${origins.map((origin) => ` and ${origin}`).join('')}.`);
console.log(`A server that sends headers must send this one:\nContent-Security-Policy: ${securityHeaders(origins)['Content-Security-Policy']}`);

function read(path, parse) {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return end(`${path} cannot be read: ${error.message}`);
  }
}

function end(sentence) {
  console.error(sentence);
  process.exit(1);
}
