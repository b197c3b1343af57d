import { openLocalStorage } from '#src/inference/index.ts';
import type { Session } from '#src/session/index.ts';
import { createOfflineCopy, readPageBuild, type OfflineCopy } from '#src/offline/index.ts';
import { runtimeFacts } from './runtime-facts.ts';

/** The study that the page opens goes first, and so does one that is given at once: the copy takes processor, and some 60 MB while it is fetched. */
const QUIET_MS = 4000;

let copy: OfflineCopy | null = null;

/** Made once, as the session. Null in development, where the page is no build. */
export function startOffline({ store }: Session): OfflineCopy | null {
  if (copy !== null) return copy;
  const page = readPageBuild(document);
  if (page === null) return null;
  const made = createOfflineCopy({
    page,
    groups: runtimeFacts().build.then((build) => ['app', `runtime-${build}`]),
    storage: openLocalStorage(),
    reload: () => location.reload(),
  });
  const start = () => void untilQuiet(store, QUIET_MS).then(() => made.start());
  if (document.readyState === 'complete') start();
  else window.addEventListener('load', start, { once: true });
  copy = made;
  return made;
}

/**
 * Some twenty megabytes of files would take processor and memory from a study that is being opened or searched.
 * @param forMs how long nothing of either must have been under way
 */
function untilQuiet(store: Session['store'], forMs: number): Promise<void> {
  const isQuiet = () => store.getState().opening === null && store.getState().spine.status !== 'running';
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasQuiet = false;
    const look = (): void => {
      if (isQuiet() === wasQuiet) return;
      wasQuiet = !wasQuiet;
      clearTimeout(timer);
      if (wasQuiet) timer = setTimeout(end, forMs);
    };
    const stop = store.subscribe(look);
    const end = (): void => {
      stop();
      resolve();
    };
    look();
  });
}
