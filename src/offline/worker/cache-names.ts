/* One cache a build, and one for what the worker remembers. Names are shared with builds to come: an older build is served by a newer worker. */

const PREFIX = 'osteolens-build-';

export const MEMORY_CACHE = 'osteolens-memory';

/** Where a build's own list lies in its cache. */
export const LIST_URL = './offline-files.json';

export function cacheNameOf(build: string): string {
  return PREFIX + build;
}

/** The builds that have a cache, whole or not. */
export async function listBuilds(): Promise<string[]> {
  return (await caches.keys()).flatMap((name) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
}
