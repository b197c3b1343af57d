import { describe, expect, it } from 'vitest';
import { chooseBackend, readForcedBackend, type BackendDecision, type BackendSituation, type Trial } from './choose-backend.ts';
import type { OutputCheck } from './self-test.ts';

const unknown: BackendSituation = { forced: null, adapter: null, remembered: null, trial: null };
const hardware = { id: 'acme gen-9', isSoftware: false };
const software = { id: 'google swiftshader', isSoftware: true };
const wrong: OutputCheck = { output: 'gates', maxDifference: 0.02, range: 0.8, ratio: 0.025, passed: false };
const timed = (webgpuMs: number, wasmMs: number, wrongCheck: OutputCheck | null = null): Trial => ({
  state: 'timed', webgpuMs, wasmMs, wrong: wrongCheck,
});

type Row = [string, Partial<BackendSituation>, Partial<BackendDecision>];

describe('chooseBackend', () => {
  it.each<Row>([
    ['no adapter', {}, { backend: 'wasm', wantsTrial: false, isMeasured: false }],
    ['a software adapter', { adapter: software }, { backend: 'wasm', wantsTrial: false, isMeasured: false }],
    ['a hardware adapter never tried', { adapter: hardware }, { backend: 'wasm', wantsTrial: true, isMeasured: false }],
    ['WebGPU faster', { adapter: hardware, trial: timed(12, 80) }, { backend: 'webgpu', wantsTrial: false, isMeasured: true }],
    ['WebGPU equally fast', { adapter: hardware, trial: timed(80, 80) }, { backend: 'webgpu', isMeasured: true }],
    ['WebGPU a little slower', { adapter: hardware, trial: timed(80.2, 80) }, { backend: 'wasm', isMeasured: true }],
    ['WebGPU fast but wrong', { adapter: hardware, trial: timed(1, 80, wrong) }, { backend: 'wasm', isMeasured: true }],
    ['a failed run', { adapter: hardware, trial: { state: 'failed', stage: 'run', why: 'x' } }, { backend: 'wasm', isMeasured: true }],
    ['a failed start, tried again next time', { adapter: hardware, trial: { state: 'failed', stage: 'start', why: 'x' } }, { backend: 'wasm', isMeasured: false }],
    ['remembered WebGPU', { adapter: hardware, remembered: { backend: 'webgpu', reason: 'r' } }, { backend: 'webgpu', reason: 'r', wantsTrial: false }],
    ['remembered WASM', { adapter: hardware, remembered: { backend: 'wasm', reason: 'r' } }, { backend: 'wasm', reason: 'r', wantsTrial: false }],
    ['a trial beside a memory: the trial is newer', { adapter: hardware, trial: timed(9, 80), remembered: { backend: 'wasm', reason: 'r' } }, { backend: 'webgpu' }],
    ['software, whatever is remembered', { adapter: software, remembered: { backend: 'webgpu', reason: 'r' } }, { backend: 'wasm' }],
    ['WASM forced', { forced: 'wasm', adapter: hardware, trial: timed(1, 80) }, { backend: 'wasm', wantsTrial: false }],
    ['WebGPU forced on software', { forced: 'webgpu', adapter: software }, { backend: 'webgpu', wantsTrial: false, isMeasured: false }],
    ['WebGPU forced where there is none', { forced: 'webgpu' }, { backend: 'wasm', wantsTrial: false }],
  ])('%s', (_, situation, decision) => {
    const got = chooseBackend({ ...unknown, ...situation });
    expect(got).toMatchObject(decision);
    if (decision.reason === undefined) expect(got.reason).toMatch(/^(WASM|WebGPU).+[^.]\.$/);
  });

  it('says by how much a wrong answer was wrong', () => {
    expect(chooseBackend({ ...unknown, adapter: hardware, trial: timed(1, 80, wrong) }).reason).toBe(
      'WASM: WebGPU (acme gen-9) is off by 2.5 % of the range of gates on this machine.',
    );
    const noNumber = { ...wrong, maxDifference: Number.POSITIVE_INFINITY, ratio: Number.POSITIVE_INFINITY };
    expect(chooseBackend({ ...unknown, adapter: hardware, trial: timed(1, 80, noNumber) }).reason).toBe(
      'WASM: WebGPU (acme gen-9) gives no number for gates on this machine.',
    );
  });
});

describe('readForcedBackend', () => {
  it.each([
    ['?backend=wasm', 'wasm'],
    ['?lang=de&backend=webgpu', 'webgpu'],
    ['?backend=cuda', null],
    ['', null],
  ])('%s', (search, backend) => {
    expect(readForcedBackend(search)).toBe(backend);
  });
});
