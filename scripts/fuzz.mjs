// The long run of the fuzzer of the file readers: 20,000 cases, or as many as FUZZ_CASES says, from case FUZZ_FROM on.
import { spawnSync } from 'node:child_process';

const env = { FUZZ_CASES: '20000', FUZZ_REPORT: '1', ...process.env };
const { status } = spawnSync('npx', ['vitest', 'run', 'src/files/fuzz.test.ts'], { stdio: 'inherit', env });
process.exit(status ?? 1);
