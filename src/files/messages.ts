import type { FileEntry, OpenedFiles, OpenProgress } from './file-entry.ts';

/** What the worker computes; `blobs` is indexed by SliceHeader.fileId. */
export type ReadFiles = Omit<OpenedFiles, 'blobOf'> & { readonly blobs: readonly Blob[] };

/** Page to worker: one opening per worker, in batches; reading begins with the last. */
export type FilesRequest = { readonly entries: readonly FileEntry[]; readonly isLast: boolean };

/** Worker to page: progress, then exactly one of done or failed. `failed` is a bug, told with its stack. */
export type FilesReply =
  | { readonly kind: 'progress'; readonly progress: OpenProgress }
  | { readonly kind: 'done'; readonly result: ReadFiles }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | null };
