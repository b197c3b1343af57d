import '#src/lib/browser/hold-life-lock.ts';
import { fail } from '#src/lib/result.ts';
import { SerialQueue } from '#src/lib/serial-queue.ts';
import type { StorageReply, StorageRequest } from '../messages.ts';
import { storageProblemOf, storageRefused } from '../problems.ts';
import { runTask } from './private-files.ts';

declare const self: DedicatedWorkerGlobalScope;

const queue = new SerialQueue();

/** The origin's root; null where the browser has none for this page: no https, or a private window. */
async function privateRoot(): Promise<FileSystemDirectoryHandle | null> {
  const storage = navigator.storage as StorageManager | undefined;
  try {
    return (await storage?.getDirectory()) ?? null;
  } catch {
    return null;
  }
}

self.addEventListener('message', (event: MessageEvent<StorageRequest>) => {
  const { id, task } = event.data;
  const reply = (result: StorageReply['result']): void => self.postMessage({ id, result } satisfies StorageReply);
  void queue.add(async () => {
    try {
      const root = await privateRoot();
      // Other tabs of this origin use the same files: one of them at a time.
      reply(root === null ? fail(storageRefused()) : await navigator.locks.request('osteolens.private-files', () => runTask(root, task)));
    } catch (error) {
      reply(fail(storageProblemOf(error)));
    }
  });
});
