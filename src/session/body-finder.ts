import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { boxForSnap, snapInBlock, type SnapResult } from '#src/core/levels/snap-to-body.ts';
import type { SourceBlock, VolumeSource } from '#src/core/volume/volume-source.ts';
import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import type { BodyReply, BodyRequest } from './body-messages.ts';

/** Finds the vertebral body round a point: reads the block on the page, fits in a worker, so that a walk along the spine never holds up the page. */
export type BodyFinder = FindBody & {
  /** Starts the worker, so that the first pick does not wait for it. */
  readonly prepare: () => void;
};
export type FindBody = (volume: VolumeSource, at: WorldPoint) => Promise<SnapResult>;

type Port = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;
type Waiting = { readonly block: SourceBlock; readonly at: WorldPoint; readonly resolve: (snap: SnapResult) => void };

/** A worker that died as often will die again. */
const MOST_DEATHS = 3;

/**
 * The worker starts with the first body, or before, and stays. Where it dies, another does the work again; where none can run, the page fits by itself:
 * the same answer, later.
 * @param startWorker for tests; by default the module worker beside this file
 */
export function createBodyFinder(startWorker: () => Port = startBodyWorker): BodyFinder {
  const waiting = new Map<number, Waiting>();
  let worker: Port | null = null;
  let deaths = 0;
  let nextId = 1;

  function start(): Port {
    const started = startWorker();
    started.addEventListener('message', (event) => {
      const { id, snap } = (event as MessageEvent<BodyReply>).data;
      waiting.get(id)?.resolve(snap);
      waiting.delete(id);
    });
    started.addEventListener('error', replace);
    started.addEventListener('messageerror', replace);
    return started;
  }

  function replace(): void {
    deaths += 1;
    worker?.terminate();
    worker = null;
    for (const [id, one] of waiting) send(id, one);
  }

  function send(id: number, { block, at, resolve }: Waiting): void {
    if (deaths < MOST_DEATHS) {
      worker ??= start();
      worker.postMessage({ id, block, at } satisfies BodyRequest);
      return;
    }
    waiting.delete(id);
    resolve(snapInBlock(block, at));
  }

  const find: FindBody = (volume, at) => {
    const block = volume.readBlock(boxForSnap(volume, at));
    const id = nextId;
    nextId += 1;
    return new Promise((resolve) => {
      // Copied, not transferred: the block is small (1 to 3 MB), and is still here where the worker fails.
      const one = { block, at, resolve };
      waiting.set(id, one);
      send(id, one);
    });
  };
  return Object.assign(find, { prepare: () => { if (deaths < MOST_DEATHS) worker ??= start(); } });
}

function startBodyWorker(): Worker {
  return watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'osteolens-bodies' }));
}
