/** Ends the process with one plain sentence when this Node is older than package.json's engines ask. No dependency. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const good = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!good) {
    fail(`OsteoLens needs Node 20.19, 22.12 or newer; this is ${process.versions.node}. Install Node 20 (Debian: see https://nodejs.org) and run the command again.`);
  }
}

/** Says what is missing and what to do, and ends. */
export function fail(sentence) {
  console.error(`\n${sentence}\n`);
  process.exit(1);
}
