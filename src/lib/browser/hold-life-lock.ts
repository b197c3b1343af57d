import { LIFE_LOCK } from './life-lock.ts';

/*
 * First import of every worker's entry: holds a lock for as long as the worker lives, and tells the page its name. A worker that the browser ends,
 * for want of memory or otherwise, often says nothing; the lock that it leaves behind does (watch-worker.ts).
 */

// Absent on a page over plain http: then only deaths that the browser reports are known.
const locks = navigator.locks as LockManager | undefined;
if (locks !== undefined) {
  const name = `osteolens-worker-${crypto.randomUUID()}`;
  locks.request(name, () => {
    globalThis.postMessage({ [LIFE_LOCK]: name });
    return new Promise<never>(() => undefined);
  }).catch(() => undefined);
}
