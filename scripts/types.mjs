// Type-checks every TypeScript project: the page, and the folders that must not see the DOM (core, workers).
import { spawnSync } from 'node:child_process';

const projects = ['tsconfig.json', 'src/core/tsconfig.json', 'src/inference/worker/tsconfig.json', 'src/files/worker/tsconfig.json', 'src/viewer/codec/worker/tsconfig.json', 'src/files/dicomweb/worker/tsconfig.json', 'src/session/worker/tsconfig.json', 'src/offline/worker/tsconfig.json', 'src/storage/worker/tsconfig.json'];
let failed = false;
for (const project of projects) {
  const { status } = spawnSync('npx', ['tsc', '-p', project], { stdio: 'inherit' });
  if (status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
