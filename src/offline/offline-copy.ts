import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Result } from '#src/lib/result.ts';
import type { BuildName, OfflineProgress, OfflineRequest } from './messages.ts';
import { readStatus, type OfflineState } from './offline-state.ts';
import { MISSING, type OfflineProblem } from './problems.ts';
import { registerWorker, untilActive } from './register-worker.ts';
import { askWorker } from './worker-talk.ts';

/** The page's side of the offline copy: has it fetched, counts it, offers newer builds and takes the user's word. */
export interface OfflineCopy {
  readonly store: StoreApi<OfflineState>;
  /** Once, when the page has nothing more urgent to fetch. */
  start(): Promise<void>;
  /** Looks at the server for a newer build and has it fetched. Null where the server cannot be asked. */
  lookForUpdate(): Promise<'found' | 'newest' | null>;
  /** Serves this build from now on and loads the page again. The caller has asked where a study is open. */
  use(build: string): Promise<void>;
  /** Stays with the build in use until the user asks for another. */
  keepThis(): Promise<void>;
  forget(build: string): Promise<void>;
  /** Removes every kept build and the worker, until `fetchAgain`. */
  remove(): Promise<void>;
  fetchAgain(): Promise<void>;
}

export type OfflineParts = {
  readonly page: BuildName;
  /** The groups of files that this machine needs (scripts/offline-files.mjs). */
  readonly groups: Promise<readonly string[]>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  readonly reload: () => void;
};

const REMOVED_KEY = 'osteolens.offline-removed';

const ANSWER_LIMIT_MS = 20_000;
const KEEP_LIMIT_MS = 5 * 60_000;
const MOST_KEEPS = 12;
const ACTIVE_LIMIT_MS = 10_000;

export function createOfflineCopy({ page, groups, storage, reload }: OfflineParts): OfflineCopy {
  const store = createStore<OfflineState>(() => ({ page, copy: { state: 'starting' }, newer: null, isPinned: false, builds: [] }));
  let registration: ServiceWorkerRegistration | null = null;

  const setFailed = (problem: OfflineProblem): void => store.setState({ copy: { state: 'failed', problem } });

  /** The worker with the newest build: it knows every older one too. */
  const newestWorker = (): ServiceWorker | null => registration?.waiting ?? registration?.active ?? null;

  async function ask(request: OfflineRequest, limitMs = ANSWER_LIMIT_MS): Promise<boolean> {
    const worker = newestWorker();
    const answer = worker === null ? null : await askWorker(worker, request, limitMs);
    if (answer === null) return false;
    if (answer.ok) store.setState(readStatus(page, answer.value));
    else setFailed(answer.error);
    return answer.ok;
  }

  async function fetchCopy(): Promise<void> {
    const registered: Result<ServiceWorkerRegistration, OfflineProblem> = await registerWorker();
    if (!registered.ok) return setFailed(registered.error);
    registration = registered.value;
    registration.addEventListener('updatefound', watchInstalling);
    watchInstalling();
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    if (worker === null || !(await untilActive(worker, ACTIVE_LIMIT_MS))) return setFailed(MISSING);
    const wanted = await groups;
    // The demo is fetched last, and its want of room is no fault of the copy.
    for (const extras of [[], ['demo']]) {
      if (!(await keep(worker, { type: 'keep', groups: wanted, extras }))) return;
      await ask({ type: 'status' });
    }
  }

  /** A browser may end a worker that fetches for minutes; asked again, it goes on where it was. */
  async function keep(worker: ServiceWorker, request: OfflineRequest): Promise<boolean> {
    for (let asked = 0; asked < MOST_KEEPS; asked += 1) {
      const answer = await askWorker(worker, request, KEEP_LIMIT_MS);
      if (answer?.ok === false) setFailed(answer.error);
      if (answer !== null) return answer.ok;
    }
    return false;
  }

  function watchInstalling(): void {
    const installing = registration?.installing;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') void ask({ type: 'status' });
    });
  }

  function listen(): void {
    const { serviceWorker } = navigator as Partial<Pick<Navigator, 'serviceWorker'>>;
    serviceWorker?.addEventListener('message', ({ data }: MessageEvent<OfflineProgress>) => {
      const { state } = store.getState().copy;
      if (data.type !== 'offline-progress' || data.build !== page.build || (state !== 'starting' && state !== 'fetching')) return;
      store.setState({ copy: { state: 'fetching', kept: data.kept, total: data.total } });
    });
  }

  return {
    store,
    async start() {
      listen();
      if (storage?.getItem(REMOVED_KEY) === 'yes') store.setState({ copy: { state: 'removed' } });
      else await fetchCopy();
    },
    async lookForUpdate() {
      if (registration === null) return null;
      const before = newestWorker();
      try {
        await registration.update();
      } catch {
        return null;
      }
      const { installing } = registration;
      if (installing !== null) await untilSettled(installing);
      await ask({ type: 'status' });
      return newestWorker() === before ? 'newest' : 'found';
    },
    async use(build) {
      const worker = newestWorker();
      if (worker === null || !(await ask({ type: 'use', build }))) return;
      // Until it is active, the worker before it would serve the build before.
      await untilActive(worker, ACTIVE_LIMIT_MS);
      reload();
    },
    async keepThis() {
      await ask({ type: 'pin' });
    },
    async forget(build) {
      await ask({ type: 'forget', build });
    },
    async remove() {
      storage?.setItem(REMOVED_KEY, 'yes');
      await registration?.unregister();
      registration = null;
      for (const name of await caches.keys()) if (name.startsWith('osteolens-')) await caches.delete(name);
      store.setState({ copy: { state: 'removed' }, newer: null, isPinned: false, builds: [] });
    },
    async fetchAgain() {
      storage?.removeItem(REMOVED_KEY);
      store.setState({ copy: { state: 'starting' } });
      await fetchCopy();
    },
  };
}

/** Until the worker has all its files, or has been discarded. */
function untilSettled(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state !== 'installing') resolve();
    };
    worker.addEventListener('statechange', look);
    look();
  });
}
