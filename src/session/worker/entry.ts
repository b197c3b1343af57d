import '#src/lib/browser/hold-life-lock.ts';
import { snapInBlock } from '#src/core/levels/snap-to-body.ts';
import type { BodyReply, BodyRequest } from '../body-messages.ts';

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', (event: MessageEvent<BodyRequest>) => {
  const { id, block, at } = event.data;
  self.postMessage({ id, snap: snapInBlock(block, at) } satisfies BodyReply);
});
