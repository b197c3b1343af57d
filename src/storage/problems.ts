/** Why the browser did not keep or give back a file; docs/errors.md. */
export type StorageProblem = { readonly code: 'storage-refused' | 'storage-full' | 'storage-failed'; readonly sentence: string };

/** Keeping files was refused before anything was tried: no such storage in this window. */
export function storageRefused(): StorageProblem {
  return { code: 'storage-refused', sentence: 'This browser keeps no files for OsteoLens here (often a private window, or an address without https); use a normal window, or save files to your disk instead.' };
}

/** What the browser's file system threw, in one sentence. */
export function storageProblemOf(error: unknown): StorageProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'SecurityError' || name === 'NotAllowedError') return storageRefused();
  if (name === 'QuotaExceededError') {
    return { code: 'storage-full', sentence: 'The space that this browser gives OsteoLens is full, so nothing was kept; erase what you no longer need under Settings, Storage, or save files to your disk instead.' };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'storage-failed', sentence: `The browser could not use the files that it keeps for OsteoLens (${reason}); try again, or save files to your disk instead.` };
}
