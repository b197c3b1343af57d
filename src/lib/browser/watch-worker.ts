import { LIFE_LOCK } from './life-lock.ts';

/**
 * Makes a worker that dies without a word fire `error`, as one that fails does: whoever listens for that hears of every death. Call it before
 * anything else listens. The worker's entry imports hold-life-lock.ts first. Ending it with `terminate` is no death.
 */
export function watchWorker(worker: Worker): Worker {
  let isEnded = false;
  const terminate = worker.terminate.bind(worker);
  worker.terminate = () => {
    isEnded = true;
    terminate();
  };
  worker.addEventListener('message', (event) => {
    const name = lockOf((event as MessageEvent<unknown>).data);
    if (name === null) return;
    event.stopImmediatePropagation();
    // Granted when the worker is gone, and given back at once.
    navigator.locks.request(name, () => {
      if (!isEnded) worker.dispatchEvent(new ErrorEvent('error', { message: 'The browser ended the worker.' }));
    }).catch(() => undefined);
  });
  return worker;
}

function lockOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !(LIFE_LOCK in data)) return null;
  const name = data[LIFE_LOCK];
  return typeof name === 'string' ? name : null;
}
