import type { BuildName } from './messages.ts';

/** The build that a page was made from, as scripts/offline-files.mjs stamped it; null in development. */
export function readPageBuild(page: Document): BuildName | null {
  const [version, build] = (page.querySelector('meta[name="osteolens-build"]')?.getAttribute('content') ?? '').split(' ');
  return version === undefined || build === undefined ? null : { version, build };
}
