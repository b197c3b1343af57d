import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createBackendMemory } from './backend-memory.ts';
import { ORT_VERSION } from './ort-version.ts';

function mapStorage() {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

describe('createBackendMemory', () => {
  it('remembers for one adapter and one model only', () => {
    const memory = createBackendMemory(mapStorage());
    memory.write('acme', 'aa', { backend: 'webgpu', reason: 'Measured.' });
    expect(memory.read('acme', 'aa')).toEqual({ backend: 'webgpu', reason: 'Measured.' });
    expect(memory.read('acme', 'bb')).toBeNull();
    expect(memory.read('other', 'aa')).toBeNull();
    memory.forget('acme', 'aa');
    expect(memory.read('acme', 'aa')).toBeNull();
  });

  it.each(['{', '{"backend":"cuda","reason":"x"}', '[]'])('ignores an entry that it did not write: %s', (text) => {
    const storage = mapStorage();
    const memory = createBackendMemory(storage);
    memory.write('acme', 'aa', { backend: 'webgpu', reason: 'Measured.' });
    for (const key of storage.map.keys()) storage.map.set(key, text);
    expect(memory.read('acme', 'aa')).toBeNull();
  });

  it('goes without storage', () => {
    const memory = createBackendMemory(null);
    memory.write('acme', 'aa', { backend: 'webgpu', reason: 'Measured.' });
    expect(memory.read('acme', 'aa')).toBeNull();
  });

  it('keys its entries with the version of the runtime that is installed', () => {
    const installed = JSON.parse(readFileSync(new URL('../../node_modules/onnxruntime-web/package.json', import.meta.url), 'utf8')) as { version: string };
    expect(ORT_VERSION).toBe(installed.version);
  });
});
