const TICK_MS = 250;

/**
 * As setTimeout, but counts only time in which the page could run: a tab that was frozen or a machine that slept has waited one tick, however long
 * it was. A limit on work in a worker then never ends work that had no chance to go on.
 * @returns what stops it
 */
export function afterAwakeTime(limitMs: number, callback: () => void): () => void {
  const tickMs = Math.max(1, Math.min(TICK_MS, limitMs));
  let left = Math.ceil(limitMs / tickMs);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    callback();
  }, tickMs);
  return () => clearInterval(timer);
}
