import { afterEach, describe, expect, it, vi } from 'vitest';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { createModelReader } from './load-model.ts';

const manifest = syntheticManifest();
const folder: Record<string, BodyInit> = {
  'https://here/models/synthetic/manifest.json': JSON.stringify(manifest),
  'https://here/models/synthetic/model.onnx': new Uint8Array(321),
  'https://here/models/synthetic/golden.bin': new Uint8Array(120),
};
const source = { kind: 'url', folderUrl: 'https://here/models/synthetic/' } as const;

function stubFetch(files: Record<string, BodyInit> = folder) {
  const fetch = vi.fn(async (url: URL) => {
    const body = files[url.href];
    return body === undefined ? new Response('nothing here', { status: 404 }) : new Response(body);
  });
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('createModelReader', () => {
  it('fetches the three files of a folder once for all who ask', async () => {
    const fetch = stubFetch();
    const read = createModelReader();
    const [a, b] = await Promise.all([read(source), read(source)]);
    await read(source);
    expect(a).toBe(b);
    expect(a).toMatchObject({ ok: true, value: { manifest } });
    if (a?.ok) expect([a.value.model.byteLength, a.value.golden.byteLength]).toEqual([321, 120]);
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it('names the file that is missing, and tries anew the next time', async () => {
    const { 'https://here/models/synthetic/model.onnx': _, ...incomplete } = folder;
    stubFetch(incomplete);
    const read = createModelReader();
    expect(await read(source)).toEqual({
      ok: false,
      error: { code: 'model-unreachable', sentence: 'The model could not be loaded: model.onnx is not there (the server answered 404).' },
    });
    stubFetch();
    expect((await read(source)).ok).toBe(true);
  });

  it('tells a lost connection', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await createModelReader()(source)).toMatchObject({ ok: false, error: { code: 'model-unreachable' } });
  });

  it('refuses a manifest that is not JSON, such as the start page of a single-page host', async () => {
    stubFetch({ ...folder, 'https://here/models/synthetic/manifest.json': '<!doctype html>' });
    expect(await createModelReader()(source)).toMatchObject({ ok: false, error: { code: 'manifest-invalid' } });
  });

  it('asks for no other file of a model whose manifest it refuses', async () => {
    const fetch = stubFetch({ ...folder, 'https://here/models/synthetic/manifest.json': JSON.stringify({ ...manifest, schemaVersion: 2 }) });
    expect(await createModelReader()(source)).toMatchObject({ ok: false, error: { code: 'manifest-invalid' } });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('reads a folder that the user gave', async () => {
    const files = new Map(
      Object.entries(folder).map(([url, body]) => [url.split('/').at(-1) ?? '', new Blob([body as BlobPart])]),
    );
    // A foreign network's runs are limited, the bundled one's are not.
    expect(await createModelReader()({ kind: 'files', files })).toMatchObject({ ok: true, value: { manifest, runLimitMs: 20_000 } });
    files.delete('golden.bin');
    expect(await createModelReader()({ kind: 'files', files })).toMatchObject({
      ok: false, error: { sentence: 'The model could not be loaded: golden.bin is not in the folder.' },
    });
  });
});
