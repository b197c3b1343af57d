import type { OfflineAnswer, OfflineRequest } from './messages.ts';

/** One request to a service worker and its one answer; null where it gives none in time. */
export function askWorker(worker: ServiceWorker, request: OfflineRequest, limitMs: number): Promise<OfflineAnswer | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<OfflineAnswer>) => {
      port1.close();
      resolve(data);
    };
    setTimeout(() => {
      port1.close();
      resolve(null);
    }, limitMs);
    worker.postMessage(request, [port2]);
  });
}
