import type { OfflineFiles } from '../../scripts/offline-files.mjs';
import type { Result } from '#src/lib/result.ts';
import type { OfflineProblem } from './problems.ts';

/* Everything that crosses between the page and the service worker. A request carries a port for its one answer. */

export type { OfflineFiles };

/** A build of the application: version of package.json and a hash of its content. */
export type BuildName = Pick<OfflineFiles, 'version' | 'build'>;

export type OfflineRequest =
  | { readonly type: 'status' }
  /** Fetch what is missing of this worker's build: the named groups, then the extras as far as there is room. */
  | { readonly type: 'keep'; readonly groups: readonly string[]; readonly extras: readonly string[] }
  /** Serve this build from the next load on. It must be kept whole. */
  | { readonly type: 'use'; readonly build: string }
  /** Offer no newer build until the user asks. */
  | { readonly type: 'pin' }
  | { readonly type: 'forget'; readonly build: string };

/** A build in the caches, counted there and not remembered. */
export type KeptBuild = BuildName & {
  /** Files of the groups that this machine needs, kept and in all; 0 of 0 before the page has said what it needs. */
  readonly kept: number;
  readonly total: number;
  readonly isWhole: boolean;
  readonly hasExtras: boolean;
  /** Uncompressed, of all kept files. */
  readonly bytes: number;
};

export type OfflineStatus = {
  /** The build that the answering worker came with; it may be newer than the one in use. */
  readonly own: BuildName;
  /** The build that pages are served from; null before any is. */
  readonly chosen: string | null;
  readonly isPinned: boolean;
  readonly builds: readonly KeptBuild[];
};

export type OfflineAnswer = Result<OfflineStatus, OfflineProblem>;

/** To every page, while files are fetched. */
export type OfflineProgress = { readonly type: 'offline-progress'; readonly build: string; readonly kept: number; readonly total: number };
