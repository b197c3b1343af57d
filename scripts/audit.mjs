// npm run audit: known faults of the packages. Fails on those that are not explained below; without an answer from the registry it says so and ends well,
// so that it never stands in the way of work without a network.
import { spawnSync } from 'node:child_process';

/** Package → why its known fault does not touch the application. Each entry is looked at again when the package changes. */
const EXPLAINED = {};

const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', shell: process.platform === 'win32' });
const report = parse(stdout);
if (report?.vulnerabilities === undefined) {
  console.log(`The registry could not be asked (${report?.message ?? report?.error?.summary ?? 'no answer'}), so nothing was checked.`);
  process.exit(0);
}
const found = Object.values(report.vulnerabilities);
const open = found.filter(({ name }) => EXPLAINED[name] === undefined);
for (const { name, severity, range, via } of found) {
  const titles = via.map((one) => (typeof one === 'string' ? `through ${one}` : one.title)).join('; ');
  console.log(`${name} ${range}, ${severity}: ${titles}${EXPLAINED[name] === undefined ? '' : ` (explained: ${EXPLAINED[name]})`}`);
}
console.log(open.length === 0 ? `No open findings among ${report.metadata?.dependencies?.total ?? 'all'} packages.` : `${open.length} findings are not explained.`);
process.exit(open.length === 0 ? 0 : 1);

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
