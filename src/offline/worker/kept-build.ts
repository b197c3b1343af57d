import type { KeptBuild, OfflineFiles } from '../messages.ts';
import { cacheNameOf, LIST_URL } from './cache-names.ts';

/** Counts a build's files in its cache against its own list; null where there is no list and so nothing to count. */
export async function countKept(build: string, groups: readonly string[]): Promise<KeptBuild | null> {
  const cache = await caches.open(cacheNameOf(build));
  const stored = await cache.match(LIST_URL);
  if (stored === undefined) return null;
  const list = (await stored.json()) as OfflineFiles;
  // The library adds the revision to the address of a file whose name has none.
  const kept = new Set((await cache.keys()).map(({ url }) => url.replace(/\?.*/, '')));
  const isKept = ({ url }: { readonly url: string }): boolean => kept.has(new URL(url, location.href).href);
  const wanted = groups.flatMap((name) => list.groups[name] ?? []);
  const extras = list.groups['demo'] ?? [];
  const keptWanted = wanted.filter(isKept);
  return {
    version: list.version,
    build: list.build,
    kept: keptWanted.length,
    total: wanted.length,
    isWhole: wanted.length > 0 && keptWanted.length === wanted.length,
    hasExtras: extras.every(isKept),
    bytes: Object.values(list.groups).flat().filter(isKept).reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
