import { describe, expect, test } from 'vitest';
import type { OpenProgress } from './file-entry.ts';
import { readUrl, type LinkedFiles } from './read-url.ts';

const BASE = 'https://clinic.example/lens/';

/** A server that knows these addresses; a string is a body, anything else is HTTP 404. */
function server(known: Readonly<Record<string, string | Response | Error>>): { fetch: typeof fetch; asked: string[] } {
  const asked: string[] = [];
  const get = (input: RequestInfo | URL): Promise<Response> => {
    const address = input instanceof Request ? input.url : input.toString();
    asked.push(address);
    const answer = known[address];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(typeof answer === 'string' ? new Response(answer) : (answer ?? new Response('', { status: 404 })));
  };
  return { fetch: get, asked };
}

function read(link: string, get: typeof fetch, onProgress: (progress: OpenProgress) => void = () => undefined): Promise<LinkedFiles> {
  return readUrl(link, { baseUrl: BASE, signal: new AbortController().signal, onProgress, fetch: get });
}

async function codesOf(link: string, get: typeof fetch): Promise<readonly string[]> {
  const { entries, problems } = await read(link, get);
  expect(entries).toEqual([]);
  for (const { sentence } of problems) expect(sentence).toMatch(/^\S.*\.$/);
  return problems.map(({ code }) => code);
}

describe('readUrl', () => {
  test('should fetch one file, relative to the page', async () => {
    const { fetch, asked } = server({ [`${BASE}a%20b/study.zip`]: 'PK' });
    const { entries, problems } = await read('a b/study.zip', fetch);
    expect(problems).toEqual([]);
    expect(entries.map(({ name }) => name)).toEqual(['lens/a b/study.zip']);
    expect(await entries[0]?.blob?.text()).toBe('PK');
    // No other origin was asked for, so nobody needs the list of allowed ones.
    expect(asked).toEqual([`${BASE}a%20b/study.zip`]);
  });

  test.each([['an array', '["one.dcm", "sub/two.dcm"]'], ['an object', '{ "files": ["one.dcm", "sub/two.dcm"] }']])('should fetch the files of a list as %s, relative to the list, with progress', async (_what, list) => {
    const { fetch } = server({ [`${BASE}case/list.json`]: list, [`${BASE}case/one.dcm`]: '1', [`${BASE}case/sub/two.dcm`]: '2' });
    const events: OpenProgress[] = [];
    const { entries } = await read('case/list.json', fetch, (progress) => events.push(progress));
    expect(entries.map(({ name }) => name)).toEqual(['lens/case/one.dcm', 'lens/case/sub/two.dcm']);
    // The list itself, then its files.
    expect(events.map(({ done, total }) => [done, total])).toEqual([[0, 1], [0, 1], [0, 2], [1, 2], [2, 2]]);
  });

  test('should count the bytes of one large file, of how many where the server tells', async () => {
    const chunks = [new Uint8Array(3000), new Uint8Array(2000)];
    const body = (): ReadableStream<Uint8Array> => new ReadableStream({ start: (controller) => { for (const chunk of chunks) controller.enqueue(chunk); controller.close(); } });
    const seen = async (headers: Record<string, string>): Promise<OpenProgress | undefined> => {
      const { fetch } = server({ [`${BASE}a.zip`]: new Response(body(), { headers }) });
      const events: OpenProgress[] = [];
      const { entries } = await read('a.zip', fetch, (progress) => events.push(progress));
      expect(entries[0]?.blob?.size).toBe(5000);
      return events.at(-1);
    };
    expect(await seen({ 'content-length': '5000' })).toMatchObject({ bytes: 5000, totalBytes: 5000 });
    expect(await seen({})).toMatchObject({ bytes: 5000, totalBytes: null });
    // The length is that of the compressed bytes then.
    expect(await seen({ 'content-length': '70', 'content-encoding': 'gzip' })).toMatchObject({ totalBytes: null });
  });

  test('should open what it can of a list and name the rest', async () => {
    const { fetch } = server({ [`${BASE}list.json`]: '["one.dcm", "gone.dcm", "https://evil.example/x"]', [`${BASE}one.dcm`]: '1' });
    const { entries, problems } = await read('list.json', fetch);
    expect(entries).toHaveLength(1);
    expect(problems.map(({ code, fileNames }) => [code, fileNames])).toEqual([['link-status', ['lens/gone.dcm (HTTP 404)']], ['link-forbidden', ['https://evil.example']]]);
  });

  test('should hand results files on instead of taking them for lists', async () => {
    const { fetch } = server({ [`${BASE}a.osteolens.json`]: '{}' });
    expect((await read('a.osteolens.json', fetch)).entries).toHaveLength(1);
  });

  test('should ask another origin only where the deployment allows it', async () => {
    const other = { 'https://pacs.example/ct.zip': 'PK', 'https://evil.example/ct.zip': 'PK' };
    const allowing = server({ ...other, [`${BASE}deployment.json`]: '{ "allowedOrigins": ["https://pacs.example"] }' });
    expect((await read('https://pacs.example/ct.zip', allowing.fetch)).entries).toHaveLength(1);
    expect(await codesOf('https://evil.example/ct.zip', allowing.fetch)).toEqual(['link-forbidden']);
    expect(allowing.asked).not.toContain('https://evil.example/ct.zip');
    expect(await codesOf('https://pacs.example/ct.zip', server(other).fetch)).toEqual(['link-forbidden']);
    expect(await codesOf('https://pacs.example/ct.zip', server({ ...other, [`${BASE}deployment.json`]: '<html>' }).fetch)).toEqual(['link-forbidden']);
  });

  test('should not take what a redirect brings from a forbidden origin', async () => {
    const redirected = new Response('PK');
    Object.defineProperty(redirected, 'url', { value: 'https://evil.example/ct.zip' });
    expect(await codesOf('ct.zip', server({ [`${BASE}ct.zip`]: redirected }).fetch)).toEqual(['link-forbidden']);
  });

  test('should say in one sentence why nothing came', async () => {
    const html = new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } });
    const { fetch } = server({ [`${BASE}page`]: html, [`${BASE}off`]: new TypeError('Failed to fetch'), [`${BASE}bad.json`]: '{"a": 1}', [`${BASE}none.json`]: '[]', [`${BASE}cut.json`]: '["a' });
    expect(await codesOf('missing.zip', fetch)).toEqual(['link-status']);
    expect(await codesOf('page', fetch)).toEqual(['link-html']);
    expect(await codesOf('off', fetch)).toEqual(['link-unreachable']);
    for (const list of ['bad.json', 'none.json', 'cut.json']) expect(await codesOf(list, fetch)).toEqual(['link-list']);
    for (const link of ['https://', 'javascript:alert(1)', 'data:text/plain,x', 'file:///etc/passwd']) expect(await codesOf(link, fetch)).toEqual(['link-invalid']);
  });

  test('should reject with the reason when cancelled while fetching', async () => {
    const controller = new AbortController();
    const get: typeof fetch = (_input, init) => new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new TypeError('Failed to fetch')));
      controller.abort();
    });
    const reading = readUrl('a.zip', { baseUrl: BASE, signal: controller.signal, onProgress: () => undefined, fetch: get });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
