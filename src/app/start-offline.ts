import { openLocalStorage } from '#src/inference/index.ts';
import { createOfflineCopy, readPageBuild, type OfflineCopy } from '#src/offline/index.ts';
import { runtimeFacts } from './runtime-facts.ts';

/** The study that the page opens goes first. */
const AFTER_LOAD_MS = 2000;

let copy: OfflineCopy | null = null;

/** Made once, as the session. Null in development, where the page is no build. */
export function startOffline(): OfflineCopy | null {
  if (copy !== null) return copy;
  const page = readPageBuild(document);
  if (page === null) return null;
  const made = createOfflineCopy({
    page,
    groups: runtimeFacts().build.then((build) => ['app', `runtime-${build}`]),
    storage: openLocalStorage(),
    reload: () => location.reload(),
  });
  const start = () => setTimeout(() => void made.start(), AFTER_LOAD_MS);
  if (document.readyState === 'complete') start();
  else window.addEventListener('load', start, { once: true });
  copy = made;
  return made;
}
