import { describe, expect, it } from 'vitest';
import { readOrtBuild, rememberOrtBuild } from './ort-build-memory.ts';
import { chooseOrtBuild, type OrtBuild, type OrtBuildSituation } from './ort-build.ts';

const unknown: OrtBuildSituation = { forced: null, adapter: null, hasJspi: true, remembered: null };
const hardware = { id: 'acme gen-9', isSoftware: false };
const software = { id: 'google swiftshader', isSoftware: true };

describe('chooseOrtBuild', () => {
  it.each<[string, Partial<OrtBuildSituation>, OrtBuild]>([
    ['no adapter', {}, 'plain'],
    ['a software adapter', { adapter: software }, 'plain'],
    ['a hardware adapter', { adapter: hardware }, 'jspi'],
    ['a hardware adapter without promise integration', { adapter: hardware, hasJspi: false }, 'asyncify'],
    ['WASM forced beside a hardware adapter: the build of the machine', { adapter: hardware, forced: 'wasm' }, 'jspi'],
    ['WebGPU forced on software', { adapter: software, forced: 'webgpu' }, 'jspi'],
    ['WebGPU forced where there is none', { forced: 'webgpu' }, 'plain'],
    ['an adapter that does not answer today', { remembered: 'asyncify', hasJspi: false }, 'asyncify'],
    ['a remembered build that this browser cannot run', { remembered: 'jspi', hasJspi: false }, 'plain'],
    ['a new adapter beside a remembered plain build', { adapter: hardware, remembered: 'plain' }, 'jspi'],
  ])('%s', (_, situation, build) => {
    expect(chooseOrtBuild({ ...unknown, ...situation })).toBe(build);
  });
});

it('remembers a build, and reads nothing else as one', () => {
  const stored = new Map<string, string>();
  const storage = { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) };
  expect(readOrtBuild(storage)).toBeNull();
  rememberOrtBuild(storage, 'asyncify');
  expect(readOrtBuild(storage)).toBe('asyncify');
  for (const key of stored.keys()) stored.set(key, 'webgl');
  expect(readOrtBuild(storage)).toBeNull();
  expect(readOrtBuild(null)).toBeNull();
});
