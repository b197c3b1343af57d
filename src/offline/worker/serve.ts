import { cacheNameOf, listBuilds } from './cache-names.ts';
import { readChoice } from './choice.ts';
import { DEPLOYMENT, fetchDeployment, withHostHeaders } from './host-headers.ts';
import { countKept } from './kept-build.ts';

/** The chosen build's cache, once it is whole; null before. Asked again after every change. */
let chosenCache: Promise<Cache | null> | null = null;

export function forgetChosenCache(): void {
  chosenCache = null;
}

async function openChosenCache(): Promise<Cache | null> {
  const { chosen, groups } = await readChoice();
  if (chosen === null) return null;
  // Half a copy is not served: its files may no longer go with those of the server.
  return (await countKept(chosen, groups))?.isWhole === true ? caches.open(cacheNameOf(chosen)) : null;
}

/**
 * A file of the application: from the build in use, else from the network.
 * @param path beside the page, without query; empty for the page itself
 */
export async function serve(request: Request, path: string): Promise<Response> {
  if (path === DEPLOYMENT) return withHostHeaders(await fetchDeployment());
  const file = path === '' ? 'index.html' : path;
  chosenCache ??= openChosenCache();
  const cache = await chosenCache;
  const kept = cache === null ? undefined : ((await find(cache, file)) ?? (await findElsewhere(file)));
  return withHostHeaders(kept ?? (await fetch(request)));
}

function find(cache: Cache, file: string): Promise<Response | undefined> {
  return cache.match(file, { ignoreSearch: true });
}

/** A tab may still run another kept build; names under assets/ hold a hash, so what is found is what it wants. */
async function findElsewhere(file: string): Promise<Response | undefined> {
  if (!file.startsWith('assets/')) return undefined;
  for (const build of await listBuilds()) {
    const found = await find(await caches.open(cacheNameOf(build)), file);
    if (found !== undefined) return found;
  }
  return undefined;
}
