import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeAdapter, probeAdapter } from './probe-adapter.ts';

const blank = { vendor: '', architecture: '', device: '', description: '' };

describe('describeAdapter', () => {
  it.each([
    [{ ...blank, vendor: 'apple', architecture: 'metal-3' }, 'apple metal-3', false],
    [{ ...blank, vendor: 'google', architecture: 'swiftshader' }, 'google swiftshader', true],
    [{ ...blank, vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, 'mesa llvmpipe (LLVM 15.0.6, 256 bits)', true],
    [{ ...blank, vendor: 'microsoft', description: 'Microsoft Basic Render Driver' }, 'microsoft Microsoft Basic Render Driver', true],
    [{ ...blank, vendor: 'intel', isFallbackAdapter: true }, 'intel', true],
    [blank, 'unnamed adapter', false],
  ])('%j', (info, id, isSoftware) => {
    expect(describeAdapter(info)).toEqual({ id, isSoftware });
  });
});

describe('probeAdapter', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it.each([
    ['the browser has no WebGPU', {}],
    ['no adapter answers', { gpu: { requestAdapter: () => Promise.resolve(null) } }],
    ['the request fails', { gpu: { requestAdapter: () => Promise.reject(new Error('GPU process crashed')) } }],
  ])('is null where %s', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator);
    expect(await probeAdapter()).toBeNull();
  });

  it('does not wait for an adapter that never answers', async () => {
    vi.useFakeTimers();
    vi.stubGlobal('navigator', { gpu: { requestAdapter: () => new Promise(() => undefined) } });
    const probed = probeAdapter();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await probed).toBeNull();
  });
});
