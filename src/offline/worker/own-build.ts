import { PrecacheController } from 'workbox-precaching/PrecacheController.js';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { OfflineFiles } from '../messages.ts';
import { FULL, incomplete, type OfflineProblem } from '../problems.ts';
import { cacheNameOf, LIST_URL } from './cache-names.ts';

/** A file whose name holds a hash of its content may come from the browser's own cache; of others the server is asked. */
const HASHED = /^assets\//;

/** The build that this worker came with, fetched file by file; each must have the hash of the list. */
export class OwnBuild {
  readonly list: OfflineFiles;
  private readonly precache: PrecacheController;

  constructor(list: OfflineFiles) {
    this.list = list;
    this.precache = new PrecacheController({ cacheName: cacheNameOf(list.build) });
    const files = Object.values(list.groups).flat();
    this.precache.addToCacheList(files.map(({ url, integrity }) => ({ url, integrity, revision: HASHED.test(url) ? null : integrity })));
  }

  /** So that the copy can be counted later, by this worker or a newer one. */
  async writeList(): Promise<void> {
    const cache = await caches.open(cacheNameOf(this.list.build));
    await cache.put(LIST_URL, Response.json(this.list));
  }

  /**
   * Fetches what is missing of the groups, one file after another, and stops at the first that cannot be kept.
   * @param onFile called after each file, fetched now or there before
   */
  async keep(event: ExtendableEvent, groups: readonly string[], onFile: () => Promise<void>): Promise<Result<null, OfflineProblem>> {
    for (const { url } of groups.flatMap((name) => this.list.groups[name] ?? [])) {
      try {
        await this.keepFile(event, url);
      } catch (error) {
        const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
        return fail(isFull ? FULL : incomplete(url));
      }
      await onFile();
    }
    return ok(null);
  }

  private async keepFile(event: ExtendableEvent, url: string): Promise<void> {
    if ((await this.precache.matchPrecache(url)) !== undefined) return;
    const cacheKey = this.precache.getCacheKeyForURL(url) ?? url;
    const integrity = this.precache.getIntegrityForCacheKey(cacheKey);
    const request = new Request(url, { cache: HASHED.test(url) ? 'default' : 'reload', credentials: 'same-origin', ...(integrity === undefined ? {} : { integrity }) });
    // The second promise alone would hide what went wrong.
    await Promise.all(this.precache.strategy.handleAll({ event, request, params: { cacheKey, integrity } }));
    if ((await this.precache.matchPrecache(url)) === undefined) throw new Error(`${url} was not kept.`);
  }
}
