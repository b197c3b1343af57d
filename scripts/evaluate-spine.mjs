// Measures the spine finder on simulated spines (training/data/spine-test, `python -m vertebra spine-simulate`) and on the real CTs,
// and writes docs/evaluation/spine/README.md: node scripts/evaluate-spine.mjs [most spines] [output folder] [model folder]
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const [most = 'Infinity', output = path.join(root, 'docs/evaluation/spine'), model] = process.argv.slice(2);
const { module } = await runnerImport(path.join(root, 'src/testing/spine-report.ts'), { root, configFile: path.join(root, 'vite.config.ts'), logLevel: 'error' });
await module.writeSpineReport(path.join(root, 'training/data/spine-test'), output, Number(most), model);
