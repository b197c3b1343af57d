import type { OfflineFiles, OfflineRequest } from '../messages.ts';
import { answerPage, dropOldBuilds, keepOwn, settleChoice } from './answer-page.ts';
import { readChoice } from './choice.ts';
import { DEPLOYMENT, fetchDeployment } from './host-headers.ts';
import { OwnBuild } from './own-build.ts';
import { serve } from './serve.ts';

/*
 * The service worker: keeps copies of whole builds and serves the one that the user chose. It never changes the build in use by itself, touches
 * no request of another origin, and sees nothing of a study.
 */

/** Written before this script by scripts/offline-files.mjs. */
declare const self: ServiceWorkerGlobalScope & { readonly OSTEOLENS_FILES: OfflineFiles };

const own = new OwnBuild(self.OSTEOLENS_FILES);
/** First folder or name of every file of the application; other addresses beside the page (a DICOMweb server, say) are not ours. */
const ownNames = new Set([...Object.values(own.list.groups).flat().map(({ url }) => url.split('/')[0] ?? ''), '', DEPLOYMENT]);

self.addEventListener('install', (event) => {
  event.waitUntil(install(event));
});

async function install(event: ExtendableEvent): Promise<void> {
  await fetchDeployment().catch(() => undefined);
  // The first worker starts at once, so that the page soon has its headers; it fetches when the page says which files this machine needs.
  if (self.registration.active === null) return;
  const { groups } = await readChoice();
  const kept = await keepOwn(event, own, groups);
  // Then the browser drops this worker and tries again at the next check.
  if (!kept.ok) throw new Error(kept.error.sentence);
  await dropOldBuilds(own);
}

self.addEventListener('activate', (event) => {
  event.waitUntil(settleChoice(own).then(() => {
    // Not waited for: in Firefox 153, with the workers of an open study, the claim ends only after the activation, and until then no page is answered.
    self.clients.claim().catch(() => undefined);
  }));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const { scope } = self.registration;
  if (request.method !== 'GET' || !address.href.startsWith(scope)) return;
  const path = address.pathname.slice(new URL(scope).pathname.length);
  // Only the page itself has a query: what to open, which backend.
  if (!ownNames.has(path.split('/')[0] ?? '') || (address.search !== '' && request.mode !== 'navigate')) return;
  // Storage that fails must not put the page out of reach.
  event.respondWith(serve(request, path).catch(() => fetch(request)));
});

self.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (port === undefined) return;
  event.waitUntil(answerPage(event, own, event.data as OfflineRequest).then((answer) => port.postMessage(answer)));
});
