import { fail, ok, type Result } from '#src/lib/result.ts';
import type { KeptBuild, OfflineAnswer, OfflineProgress, OfflineRequest, OfflineStatus } from '../messages.ts';
import { incomplete, type OfflineProblem } from '../problems.ts';
import { cacheNameOf, listBuilds } from './cache-names.ts';
import { changeChoice, readChoice } from './choice.ts';
import { countKept } from './kept-build.ts';
import type { OwnBuild } from './own-build.ts';
import { forgetChosenCache } from './serve.ts';

declare const self: ServiceWorkerGlobalScope;

export async function answerPage(event: ExtendableEvent, own: OwnBuild, request: OfflineRequest): Promise<OfflineAnswer> {
  switch (request.type) {
    case 'status':
      break;
    case 'keep': {
      const kept = await keepOwn(event, own, request.groups);
      if (!kept.ok) return kept;
      // What does not fit of these is no failure; the page shows that it is not there.
      await own.keep(event, request.extras, () => Promise.resolve());
      break;
    }
    case 'use': {
      const { chosen, groups } = await readChoice();
      if ((await countKept(request.build, groups))?.isWhole !== true) return fail(incomplete('a file of that version'));
      // Who goes back to an older build wants to stay there.
      if (chosen !== request.build) await changeChoice({ chosen: request.build, previous: chosen, isPinned: request.build !== own.list.build });
      await self.skipWaiting();
      break;
    }
    case 'pin':
      await changeChoice({ isPinned: true });
      break;
    case 'forget':
      await caches.delete(cacheNameOf(request.build));
      break;
  }
  forgetChosenCache();
  return ok(await readStatus(own));
}

/** Fetches what is missing of this worker's build. */
export async function keepOwn(event: ExtendableEvent, own: OwnBuild, groups: readonly string[]): Promise<Result<null, OfflineProblem>> {
  await own.writeList();
  await changeChoice({ groups });
  let done = 0;
  const total = groups.reduce((sum, name) => sum + (own.list.groups[name]?.length ?? 0), 0);
  const kept = await own.keep(event, groups, async () => {
    done += 1;
    const progress: OfflineProgress = { type: 'offline-progress', build: own.list.build, kept: done, total };
    for (const page of await self.clients.matchAll({ type: 'window', includeUncontrolled: true })) page.postMessage(progress);
  });
  if (!kept.ok) return kept;
  await settleChoice(own);
  return ok(null);
}

/** Lets go of builds that nobody uses any more. Only for the newest worker: an older one does not know the build of a newer. */
export async function dropOldBuilds(own: OwnBuild): Promise<void> {
  const { chosen, previous } = await readChoice();
  const needed = new Set([own.list.build, chosen, previous]);
  for (const build of await listBuilds()) if (!needed.has(build)) await caches.delete(cacheNameOf(build));
}

/** The first build, and one whose predecessor was never whole, is used without a question: there is nothing to keep. */
export async function settleChoice(own: OwnBuild): Promise<void> {
  const { chosen, groups } = await readChoice();
  const isKept = chosen !== null && (await countKept(chosen, groups))?.isWhole === true;
  if (!isKept) await changeChoice({ chosen: own.list.build });
  forgetChosenCache();
}

async function readStatus({ list: { version, build } }: OwnBuild): Promise<OfflineStatus> {
  const { chosen, isPinned, groups } = await readChoice();
  const builds: KeptBuild[] = [];
  for (const name of await listBuilds()) {
    const kept = await countKept(name, groups);
    if (kept !== null) builds.push(kept);
  }
  return { own: { version, build }, chosen, isPinned, builds };
}
