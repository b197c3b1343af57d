import type { BuildName, CopyState } from '#src/offline/index.ts';

/** The sign in the bottom line, short enough that no change of it wraps the line and moves the planes, and what it means, one sentence. */
export function describeCopy(copy: CopyState): { readonly sign: string; readonly sentence: string } {
  switch (copy.state) {
    case 'starting':
      return { sign: 'Offline: not yet', sentence: 'The offline copy is looked at when the page has loaded.' };
    case 'fetching':
      return {
        sign: copy.total === 0 ? 'Offline: starting' : `Offline: ${copy.kept} of ${copy.total}`,
        sentence: 'Files for use without a network are being fetched; stay connected until all are there.',
      };
    case 'ready':
      return {
        sign: 'Ready for offline',
        sentence: `Everything that opening, measuring, estimating and reporting need is kept in this browser (${megabytes(copy.bytes)} unpacked)${copy.hasDemo ? ', the demo study too.' : '; the demo study is not.'}`,
      };
    case 'removed':
      return { sign: 'No offline copy', sentence: 'The offline copy was removed; Settings, Offline fetches it again.' };
    case 'failed':
      return { sign: 'Not ready for offline', sentence: copy.problem.sentence };
  }
}

export function nameBuild({ version, build }: BuildName): string {
  return `${version}, build ${build}`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
