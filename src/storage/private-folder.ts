import type { WorkerPort } from '#src/lib/browser/lasting-worker.ts';
import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import { fail, type Result } from '#src/lib/result.ts';
import type { KeptFile, KeptFileInFolder, StorageReply, StorageRequest, StorageTask } from './messages.ts';
import { storageProblemOf, storageRefused, type StorageProblem } from './problems.ts';

/**
 * One folder of the origin's private file system. No other origin sees it, and it stays until it is erased here or by the browser.
 * Names are letters, digits, dots, dashes and underscores; anything else is a bug and throws.
 */
export type PrivateFolder = {
  /** Whole files only; empty where there are none. */
  readonly list: () => Promise<Result<readonly KeptFile[], StorageProblem>>;
  /** The content, by reference: to be read before the file is written or removed again. A missing file is `storage-failed`. */
  readonly read: (name: string) => Promise<Result<Blob, StorageProblem>>;
  /** Whole or not at all: on failure what stood under this name before still does. */
  readonly write: (name: string, data: Blob | Uint8Array) => Promise<Result<null, StorageProblem>>;
  /** Done too where there is no such file. */
  readonly remove: (name: string) => Promise<Result<null, StorageProblem>>;
  /** Removes the folder with everything in it. */
  readonly removeAll: () => Promise<Result<null, StorageProblem>>;
};

type Waiting = {
  readonly task: StorageTask;
  readonly settle: (result: Result<unknown, StorageProblem>) => void;
  /** A worker died of it, or during it. */
  readonly hasFailed: boolean;
};

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}$/;

/**
 * The page's side of the storage worker, which starts with the first task. Where the worker dies, another does its tasks again, each of which may be
 * done twice; a task that two died of fails in one sentence, and the next one starts another worker.
 * @param startWorker for tests; by default the module worker beside this file
 */
export function createPrivateStorage(startWorker: () => WorkerPort = startStorageWorker) {
  const waiting = new Map<number, Waiting>();
  let worker: WorkerPort | null = null;
  let lastId = 0;

  function start(): WorkerPort {
    const started = startWorker();
    started.addEventListener('message', (event) => {
      const { id, result } = (event as MessageEvent<StorageReply>).data;
      waiting.get(id)?.settle(result);
      waiting.delete(id);
    });
    const replace = (): void => {
      if (worker !== started) return;
      worker = null;
      started.terminate();
      const lost = [...waiting.values()];
      waiting.clear();
      for (const one of lost) {
        if (one.hasFailed) one.settle(fail(storageProblemOf(new Error('its worker stopped'))));
        else send({ ...one, hasFailed: true });
      }
    };
    started.addEventListener('error', replace);
    started.addEventListener('messageerror', replace);
    return started;
  }

  function send(one: Waiting): void {
    lastId += 1;
    const id = lastId;
    waiting.set(id, one);
    try {
      worker ??= start();
      worker.postMessage({ id, task: one.task } satisfies StorageRequest);
    } catch (error) {
      waiting.delete(id);
      one.settle(fail(error instanceof DOMException && error.name === 'SecurityError' ? storageRefused() : storageProblemOf(error)));
    }
  }

  function run<T>(task: StorageTask): Promise<Result<T, StorageProblem>> {
    return new Promise((resolve) => {
      send({ task, settle: resolve as (result: Result<unknown, StorageProblem>) => void, hasFailed: false });
    });
  }

  return {
    openPrivateFolder: (path: readonly string[]): PrivateFolder => {
      const folder = path.map(checked);
      return {
        list: () => run({ kind: 'list', folder }),
        read: (name) => run({ kind: 'read', folder, name: checked(name) }),
        write: (name, data) => run({ kind: 'write', folder, name: checked(name), data }),
        remove: (name) => run({ kind: 'remove', folder, name: checked(name) }),
        removeAll: () => run({ kind: 'remove-all', folder }),
      };
    },
    /** Every file of the origin, in every folder. Files of another writer than this module are among them. */
    listEverything: (): Promise<Result<readonly KeptFileInFolder[], StorageProblem>> => run({ kind: 'list-everything' }),
    /** Removes every file and folder of the origin. */
    eraseEverything: (): Promise<Result<null, StorageProblem>> => run({ kind: 'remove-all', folder: [] }),
  };
}

function checked(name: string): string {
  if (!NAME.test(name)) throw new Error(`Not a name for a private file: ${name}`);
  return name;
}

function startStorageWorker(): Worker {
  return watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'osteolens-storage' }));
}
