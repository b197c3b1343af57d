import type { Result } from '#src/lib/result.ts';
import type { StorageProblem } from './problems.ts';

/** One file that is kept: its name in its folder, the size of what was written, and when. */
export type KeptFile = { readonly name: string; readonly bytes: number; readonly modifiedMs: number };

/** The same with its folder, outermost first. */
export type KeptFileInFolder = KeptFile & { readonly folder: readonly string[] };

/** What the page asks of the storage worker. `folder` is a path from the origin's private root. */
export type StorageTask =
  | { readonly kind: 'list'; readonly folder: readonly string[] }
  | { readonly kind: 'read'; readonly folder: readonly string[]; readonly name: string }
  | { readonly kind: 'write'; readonly folder: readonly string[]; readonly name: string; readonly data: Blob | Uint8Array }
  | { readonly kind: 'remove'; readonly folder: readonly string[]; readonly name: string }
  | { readonly kind: 'remove-all'; readonly folder: readonly string[] }
  | { readonly kind: 'list-everything' };

export type StorageRequest = { readonly id: number; readonly task: StorageTask };
export type StorageReply = { readonly id: number; readonly result: Result<unknown, StorageProblem> };
