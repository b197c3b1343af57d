import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { boxForSnap, snapInBlock, type SnapResult } from '#src/core/levels/snap-to-body.ts';
import type { SourceBlock, VolumeSource } from '#src/core/volume/volume-source.ts';
import type { BodyReply, BodyRequest } from './body-messages.ts';

/** Finds the vertebral body round a point: reads the block on the page, fits in a worker, so that a walk along the spine never holds up the page. */
export type BodyFinder = (volume: VolumeSource, at: WorldPoint) => Promise<SnapResult>;

type Port = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;
type Waiting = { readonly block: SourceBlock; readonly at: WorldPoint; readonly resolve: (snap: SnapResult) => void };

/**
 * The worker starts with the first body and stays. Where it cannot run, the page fits by itself: the same answer, later.
 * @param startWorker for tests; by default the module worker beside this file
 */
export function createBodyFinder(startWorker: () => Port = startBodyWorker): BodyFinder {
  const waiting = new Map<number, Waiting>();
  let worker: Port | null = null;
  let hasFailed = false;
  let nextId = 1;

  function start(): Port {
    const started = startWorker();
    started.addEventListener('message', (event) => {
      const { id, snap } = (event as MessageEvent<BodyReply>).data;
      waiting.get(id)?.resolve(snap);
      waiting.delete(id);
    });
    started.addEventListener('error', giveUp);
    started.addEventListener('messageerror', giveUp);
    return started;
  }

  function giveUp(): void {
    hasFailed = true;
    worker?.terminate();
    worker = null;
    for (const { block, at, resolve } of waiting.values()) resolve(snapInBlock(block, at));
    waiting.clear();
  }

  return (volume, at) => {
    const block = volume.readBlock(boxForSnap(volume, at));
    if (hasFailed) return Promise.resolve(snapInBlock(block, at));
    worker ??= start();
    const id = nextId;
    nextId += 1;
    return new Promise((resolve) => {
      // Copied, not transferred: the block is small (1 to 3 MB), and is still here where the worker fails.
      waiting.set(id, { block, at, resolve });
      worker?.postMessage({ id, block, at } satisfies BodyRequest);
    });
  };
}

function startBodyWorker(): Worker {
  return new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'osteolens-bodies' });
}
