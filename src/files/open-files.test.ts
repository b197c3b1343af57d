import { describe, expect, test, vi } from 'vitest';
import type { Series } from '#src/core/dicom/series.ts';
import type { FilesReply } from './messages.ts';
import { openFiles } from './open-files.ts';

/** A worker that answers what the test tells it to. */
class FakeWorker {
  onmessage: ((event: { data: FilesReply }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly postMessage = vi.fn<(message: unknown) => void>();
  readonly terminate = vi.fn<() => void>();

  reply(data: FilesReply): void {
    this.onmessage?.({ data });
  }
}

function start(): { worker: FakeWorker; startWorker: () => Worker } {
  const worker = new FakeWorker();
  return { worker, startWorker: () => worker as unknown as Worker };
}

const nothing = { series: [], others: [], models: [], problems: [], blobs: [new Blob(['abc'])] };

describe('openFiles', () => {
  test('should pass progress on, give the Blobs by file id and end the worker', async () => {
    const { worker, startWorker } = start();
    const onProgress = vi.fn<(progress: unknown) => void>();
    const opening = openFiles([], { startWorker, onProgress });
    worker.reply({ kind: 'progress', progress: { kind: 'reading', done: 1, total: 2 } });
    worker.reply({ kind: 'done', result: nothing });
    const opened = await opening;
    expect(onProgress.mock.calls).toEqual([[{ kind: 'reading', done: 1, total: 2 }]]);
    expect(await opened.blobOf(0).text()).toBe('abc');
    expect(() => opened.blobOf(1)).toThrow(RangeError);
    expect(worker.terminate).toHaveBeenCalledTimes(1);
  });

  test('should give the series of two openings ids of their own', async () => {
    const part = { id: 's1.4.1', groupId: 's1' } as Series;
    const opened = await Promise.all([start(), start()].map(({ worker, startWorker }) => {
      const opening = openFiles([], { startWorker });
      worker.reply({ kind: 'done', result: { ...nothing, series: [part, { ...part, id: 's1.9.1' }] } });
      return opening;
    }));
    const ids = opened.flatMap(({ series }) => series.map(({ id }) => id));
    const groups = opened.map(({ series }) => series.map(({ groupId }) => groupId));
    expect(new Set(ids).size).toBe(4);
    expect(groups.map((of) => new Set(of).size)).toEqual([1, 1]);
    expect(groups[0]?.[0]).not.toBe(groups[1]?.[0]);
  });

  test('should reject with AbortError and end the worker when cancelled', async () => {
    const { worker, startWorker } = start();
    const controller = new AbortController();
    const opening = openFiles([], { startWorker, signal: controller.signal });
    controller.abort();
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(worker.terminate).toHaveBeenCalledTimes(1);
  });

  test('should start nothing when cancelled before', async () => {
    const startWorker = vi.fn<() => Worker>();
    await expect(openFiles([], { startWorker, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(startWorker).not.toHaveBeenCalled();
  });

  test('should reject with what went wrong when the worker fails', async () => {
    const { worker, startWorker } = start();
    const opening = openFiles([], { startWorker });
    worker.reply({ kind: 'failed', message: 'bug', stack: null });
    await expect(opening).rejects.toThrow('bug');
    expect(worker.terminate).toHaveBeenCalledTimes(1);
  });

  test('should begin again with another worker where one died, and reject where that dies too', async () => {
    const workers = [new FakeWorker(), new FakeWorker(), new FakeWorker(), new FakeWorker()];
    let started = 0;
    const startWorker = () => {
      started += 1;
      return workers[started - 1] as unknown as Worker;
    };
    const opening = openFiles([{ name: 'a', blob: null }], { startWorker });
    workers[0]?.onerror?.({ message: 'gone' });
    await vi.waitFor(() => expect(workers[1]?.postMessage.mock.calls).toEqual(workers[0]?.postMessage.mock.calls));
    workers[1]?.reply({ kind: 'done', result: nothing });
    expect((await opening).series).toEqual([]);
    const hopeless = openFiles([], { startWorker });
    workers[2]?.onerror?.({ message: 'gone' });
    await vi.waitFor(() => expect(workers[3]?.postMessage).toHaveBeenCalled());
    workers[3]?.onerror?.({ message: 'gone again' });
    await expect(hopeless).rejects.toThrow('gone again');
    expect(workers.map(({ terminate }) => terminate.mock.calls.length)).toEqual([1, 1, 1, 1]);
  });

  test('should hand over every file once and in order, and say which batch is the last', async () => {
    const { worker, startWorker } = start();
    const entries = Array.from({ length: 150 }, (_none, n) => ({ name: `${n}`, blob: null }));
    const opening = openFiles(entries, { startWorker });
    await vi.waitFor(() => expect(worker.postMessage).toHaveBeenCalledTimes(3));
    const posted = worker.postMessage.mock.calls.map(([message]) => message as { entries: readonly { name: string }[]; isLast: boolean });
    expect(posted.map(({ isLast }) => isLast)).toEqual([false, false, true]);
    expect(posted.flatMap((one) => one.entries.map(({ name }) => name))).toEqual(entries.map(({ name }) => name));
    worker.reply({ kind: 'done', result: nothing });
    await opening;
  });
});
