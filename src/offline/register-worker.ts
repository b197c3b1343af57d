import { fail, ok, type Result } from '#src/lib/result.ts';
import { INSECURE, MISSING, REFUSED, type OfflineProblem } from './problems.ts';

/** Registers the service worker, or says in one sentence why this page cannot have one. */
export async function registerWorker(): Promise<Result<ServiceWorkerRegistration, OfflineProblem>> {
  if (!isSecureContext) return fail(INSECURE);
  // Absent in private windows of some browsers, whatever the type says.
  const { serviceWorker } = navigator as Partial<Pick<Navigator, 'serviceWorker'>>;
  if (serviceWorker === undefined) return fail(REFUSED);
  try {
    const registration = (await serviceWorker.register('./sw.js', { updateViaCache: 'none' })) as ServiceWorkerRegistration | undefined;
    // What keeps browsers from service workers from outside (tests, add-ons) answers with nothing.
    return registration === undefined ? fail(REFUSED) : ok(registration);
  } catch (error) {
    // A copy that is there goes on working where the script cannot be read again, as without a network.
    const there = await serviceWorker.getRegistration().catch(() => undefined);
    if (there !== undefined) return ok(there);
    return fail(error instanceof DOMException && error.name === 'SecurityError' ? REFUSED : MISSING);
  }
}

/** Waits until the worker is the active one. False where it is discarded, or where it takes longer than the limit. */
export function untilActive(worker: ServiceWorker, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state === 'activated') resolve(true);
      if (worker.state === 'redundant') resolve(false);
    };
    worker.addEventListener('statechange', look);
    setTimeout(() => resolve(false), limitMs);
    look();
  });
}
