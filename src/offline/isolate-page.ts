import { registerWorker, untilActive } from './register-worker.ts';

const FLAG = 'osteolens.reloaded';

/** A page that starts late is worse than one with a single thread. */
const WAIT_MS = 6000;

/**
 * On a host that cannot send headers the service worker adds them, and the page must be loaded once more through it to be isolated. Called before
 * anything else starts, so that no study is open.
 * @returns true where the page is about to reload; then nothing should be started
 */
export async function reloadForIsolation(): Promise<boolean> {
  // In a frame the outer page decides.
  if (globalThis.crossOriginIsolated || window.top !== window.self) return forgetReload();
  if (hasReloaded()) return false;
  const registered = await registerWorker();
  if (!registered.ok) return false;
  const { installing, waiting, active } = registered.value;
  const worker = active ?? waiting ?? installing;
  if (worker === null || !(await untilActive(worker, WAIT_MS)) || !rememberReload()) return false;
  location.reload();
  return true;
}

/* One reload, not a loop: a browser that isolates no page keeps the mark, and an isolated page takes it away. */

function hasReloaded(): boolean {
  try {
    return sessionStorage.getItem(FLAG) !== null;
  } catch {
    return true;
  }
}

function rememberReload(): boolean {
  try {
    sessionStorage.setItem(FLAG, 'yes');
    return true;
  } catch {
    return false;
  }
}

function forgetReload(): false {
  try {
    sessionStorage.removeItem(FLAG);
  } catch {
    // Storage is refused, so there is no mark either.
  }
  return false;
}
