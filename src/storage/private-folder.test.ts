import { expect, it } from 'vitest';
import type { StorageReply, StorageRequest } from './messages.ts';
import { createPrivateStorage } from './private-folder.ts';

/** A worker that a test answers for. */
function fakeWorker() {
  const events = new EventTarget();
  const asked: StorageRequest[] = [];
  return {
    asked,
    port: { postMessage: (request: StorageRequest) => void asked.push(request), terminate: () => undefined, addEventListener: events.addEventListener.bind(events) } as unknown as Worker,
    answer: (reply: StorageReply) => events.dispatchEvent(new MessageEvent('message', { data: reply })),
    fail: () => events.dispatchEvent(new Event('error')),
  };
}

it('gives each task its own answer, whatever their order', async () => {
  const worker = fakeWorker();
  const folder = createPrivateStorage(() => worker.port).openPrivateFolder(['sessions']);
  const [first, second] = [folder.write('a', new Uint8Array(1)), folder.list()];
  worker.answer({ id: 2, result: { ok: true, value: [] } });
  worker.answer({ id: 1, result: { ok: true, value: null } });
  expect(await first).toEqual({ ok: true, value: null });
  expect(await second).toEqual({ ok: true, value: [] });
});

it('gives what was under way when the worker dies to another, in the same order', async () => {
  const workers = [fakeWorker(), fakeWorker()];
  let started = 0;
  const folder = createPrivateStorage(() => workers[started++]?.port ?? fakeWorker().port).openPrivateFolder(['recovery']);
  const both = Promise.all([folder.write('a', new Uint8Array([7])), folder.remove('b')]);
  workers[0]?.fail();
  expect(workers[1]?.asked.map(({ task }) => task)).toEqual(workers[0]?.asked.map(({ task }) => task));
  for (const { id } of workers[1]?.asked ?? []) workers[1]?.answer({ id, result: { ok: true, value: null } });
  expect(await both).toEqual([{ ok: true, value: null }, { ok: true, value: null }]);
});

it('fails what two workers died of, and starts another for the next task', async () => {
  const workers = [fakeWorker(), fakeWorker(), fakeWorker()];
  let started = 0;
  const folder = createPrivateStorage(() => workers[started++]?.port ?? fakeWorker().port).openPrivateFolder(['recovery']);
  const lost = folder.write('a', new Uint8Array(1));
  workers[0]?.fail();
  workers[1]?.fail();
  expect(await lost).toMatchObject({ ok: false, error: { code: 'storage-failed' } });
  const next = folder.remove('a');
  workers[2]?.answer({ id: workers[2].asked[0]?.id ?? 0, result: { ok: true, value: null } });
  expect(await next).toEqual({ ok: true, value: null });
});

it('says so in a sentence where no worker can start', async () => {
  const storage = createPrivateStorage(() => { throw new DOMException('blocked', 'SecurityError'); });
  expect(await storage.listEverything()).toMatchObject({ ok: false, error: { code: 'storage-refused' } });
});

it('takes no name that could leave its folder', () => {
  const storage = createPrivateStorage(() => fakeWorker().port);
  expect(() => storage.openPrivateFolder(['..'])).toThrow('Not a name');
  expect(() => storage.openPrivateFolder(['sessions']).read('a/b')).toThrow('Not a name');
});
