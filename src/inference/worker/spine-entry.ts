import '#src/lib/browser/allow-own-scripts.ts';
import '#src/lib/browser/hold-life-lock.ts';
import { snapInBlock } from '#src/core/levels/snap-to-body.ts';
import { VolumeReducer } from '#src/core/spine/reduce-volume.ts';
import { ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from '../engine.ts';
import type { SpineAnswer, SpineRequest } from '../spine-messages.ts';
import { noModel } from './run-request.ts';
import { lookForSpine } from './look-for-spine.ts';
import { openSpineSession, type SpineSession } from './spine-session.ts';

let session: SpineSession | null = null;
let reducer: VolumeReducer | null = null;

async function answer(request: SpineRequest): Promise<Result<SpineAnswer, InferenceProblem>> {
  switch (request.type) {
    case 'load-spine': {
      const opened = await openSpineSession(request);
      if (!opened.ok) return opened;
      session = opened.value;
      return ok({ threads: session.threads, startMs: session.startMs });
    }
    case 'slab':
      if (request.firstSlice === 0) reducer = new VolumeReducer(request.plan);
      reducer?.addSlab(request.firstSlice, request.valuesHu);
      return ok(request.valuesHu);
    case 'find-spine':
      return session === null || reducer === null ? noModel() : lookForSpine(session, reducer.finish());
    case 'fit-body':
      return ok(snapInBlock(request.block, request.centreLps));
  }
}

function transferOf(result: Result<SpineAnswer, InferenceProblem>): Transferable[] {
  return result.ok && ArrayBuffer.isView(result.value) ? [result.value.buffer] : [];
}

globalThis.addEventListener('message', ({ data: { id, request } }: MessageEvent<{ readonly id: number; readonly request: SpineRequest }>) => {
  // A rejection is a bug. Reported like this it reaches the page as the worker's error; otherwise the page would wait for ever.
  answer(request).then((result) => globalThis.postMessage({ type: 'answer', id, result }, { transfer: transferOf(result) })).catch(reportError);
});
