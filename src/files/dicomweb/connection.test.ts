import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect, DicomWebError } from './worker/connection.ts';

/** As much of XMLHttpRequest as dicomweb-client and the connection use; `answer` plays the server. */
class FakeRequest extends EventTarget {
  static last: FakeRequest;
  readyState = 0;
  status = 0;
  response: unknown = null;
  responseURL = '';
  responseType = '';
  readonly sent: Record<string, string> = {};
  private type = '';
  constructor() {
    super();
    FakeRequest.last = this;
  }
  open(_method: string, url: string): void {
    this.responseURL = url;
  }
  setRequestHeader(name: string, value: string): void {
    this.sent[name] = value;
  }
  getResponseHeader(): string {
    return this.type;
  }
  getAllResponseHeaders(): string {
    return '';
  }
  send(): void {}
  abort(): void {
    this.answer(0, null);
  }
  answer(status: number, response: unknown, type = 'application/dicom+json'): void {
    [this.status, this.response, this.type, this.readyState] = [status, response, type, 4];
    this.dispatchEvent(new Event('readystatechange'));
  }
}

const ROOT = 'https://pacs.example/dw';

beforeEach(() => {
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function ask(token = ''): Promise<unknown> {
  const { ask: send } = connect({ root: ROOT, token }, ['https://pacs.example']);
  return send((client, request) => client.searchForStudies({ queryParams: {}, request })).catch((error: unknown) => (error instanceof DicomWebError ? error.fault : error));
}

test('should send the token as a header, and nothing where there is none', async () => {
  const answers = [ask('abc'), ask()];
  expect(FakeRequest.last.sent).not.toHaveProperty('Authorization');
  FakeRequest.last.answer(200, []);
  await answers[1];
  const withToken = ask('abc');
  expect(FakeRequest.last.sent['Authorization']).toBe('Bearer abc');
  FakeRequest.last.answer(200, [1]);
  expect(await withToken).toEqual([1]);
});

test('should give up a server that falls silent, but not a slow one', async () => {
  const silent = ask();
  await vi.advanceTimersByTimeAsync(29_000);
  FakeRequest.last.dispatchEvent(new Event('progress'));
  await vi.advanceTimersByTimeAsync(29_000);
  expect(FakeRequest.last.readyState).toBe(0);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await silent).toEqual({ code: 'dicomweb-timeout', what: 'pacs.example' });
});

test('should drop an answer from an origin that it was redirected to', async () => {
  const redirected = ask();
  FakeRequest.last.responseURL = 'https://evil.example/dw/studies';
  FakeRequest.last.answer(200, []);
  expect(await redirected).toEqual({ code: 'dicomweb-forbidden', what: 'https://evil.example' });
});

test('should settle on an answer that dicomweb-client cannot take apart', async () => {
  const nonsense = ask();
  FakeRequest.last.answer(200, new ArrayBuffer(10), 'multipart/related; type="application/dicom+xml"');
  expect(await nonsense).toEqual({ code: 'dicomweb-status', what: 'pacs.example (HTTP 200)' });
});

test('should pass bugs on as bugs', async () => {
  const { ask: send } = connect({ root: ROOT, token: '' }, ['https://pacs.example']);
  await expect(send(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});
