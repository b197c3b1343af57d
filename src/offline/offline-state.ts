import type { BuildName, KeptBuild, OfflineStatus } from './messages.ts';
import type { OfflineProblem } from './problems.ts';

/** Where the copy of the build that this page runs stands. `ready` is counted in the caches, never assumed. */
export type CopyState =
  | { readonly state: 'starting' }
  | { readonly state: 'fetching'; readonly kept: number; readonly total: number }
  | { readonly state: 'ready'; readonly hasDemo: boolean; readonly bytes: number }
  | { readonly state: 'removed' }
  | { readonly state: 'failed'; readonly problem: OfflineProblem };

export type OfflineState = {
  /** The build that this page runs. */
  readonly page: BuildName;
  readonly copy: CopyState;
  /** A whole build that came after the one in use, and may be used instead. */
  readonly newer: BuildName | null;
  /** The user keeps the build in use; a newer one is listed, not offered. */
  readonly isPinned: boolean;
  readonly builds: readonly KeptBuild[];
};

/**
 * What a worker's count of the caches means for this page.
 * @param status of the newest worker
 */
export function readStatus(page: BuildName, status: OfflineStatus): Pick<OfflineState, 'copy' | 'newer' | 'isPinned' | 'builds'> {
  const { own, builds, isPinned } = status;
  const running = builds.find(({ build }) => build === page.build);
  const newest = builds.find(({ build }) => build === own.build);
  const copy: CopyState = running?.isWhole === true
    ? { state: 'ready', hasDemo: running.hasExtras, bytes: running.bytes }
    : { state: 'fetching', kept: running?.kept ?? 0, total: running?.total ?? 0 };
  const isNewer = own.build !== page.build && newest?.isWhole === true;
  return { copy, newer: isNewer ? own : null, isPinned, builds };
}
