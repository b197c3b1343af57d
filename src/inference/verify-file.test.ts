import { describe, expect, it, vi } from 'vitest';
import { verifyFile } from './verify-file.ts';

const bytes = new TextEncoder().encode('abc').buffer;
// SHA-256 of "abc": FIPS 180-2, appendix B.1.
const entry = { name: 'model.onnx', bytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' };

describe('verifyFile', () => {
  it('accepts the bytes that the manifest names', async () => {
    expect((await verifyFile(bytes, entry)).ok).toBe(true);
  });

  it('refuses another size before it looks at the hash', async () => {
    expect(await verifyFile(bytes, { ...entry, bytes: 4 })).toMatchObject({
      ok: false,
      error: { code: 'model-bytes', sentence: 'The model was refused: model.onnx has 3 bytes where its manifest says 4.' },
    });
  });

  it('refuses another content of the same size', async () => {
    const changed = new TextEncoder().encode('abd').buffer;
    expect(await verifyFile(changed, entry)).toMatchObject({ ok: false, error: { code: 'model-hash' } });
  });

  it('says what to do where the page may not compute a hash', async () => {
    vi.stubGlobal('crypto', {});
    expect(await verifyFile(bytes, entry)).toMatchObject({ ok: false, error: { code: 'insecure-page' } });
    vi.unstubAllGlobals();
  });
});
