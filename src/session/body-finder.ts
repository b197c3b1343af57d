import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { boxForSnap, snapInBlock, type SnapResult } from '#src/core/levels/snap-to-body.ts';
import type { SourceBlock, VolumeSource } from '#src/core/volume/volume-source.ts';
import { createLastingWorker, type WorkerPort } from '#src/lib/browser/lasting-worker.ts';
import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import type { BodyReply, BodyRequest } from './body-messages.ts';

/** Finds the vertebral body round a point: reads the block on the page, fits in a worker, so that a walk along the spine never holds up the page. */
export type BodyFinder = FindBody & {
  /** Starts the worker, so that the first pick does not wait for it. */
  readonly prepare: () => void;
};
export type FindBody = (volume: VolumeSource, at: WorldPoint) => Promise<SnapResult>;

type Waiting = { readonly block: SourceBlock; readonly at: WorldPoint; readonly resolve: (snap: SnapResult) => void };

/**
 * The worker starts with the first body, or before, and stays. Where it dies, another does the work again; where none can run, the page fits by itself:
 * the same answer, later.
 * @param startWorker for tests; by default the module worker beside this file
 */
export function createBodyFinder(startWorker: () => WorkerPort = startBodyWorker): BodyFinder {
  const waiting = new Map<number, Waiting>();
  let nextId = 1;

  const lasting = createLastingWorker<BodyReply>({
    start: startWorker,
    onReply({ id, snap }) {
      waiting.get(id)?.resolve(snap);
      waiting.delete(id);
    },
    onDeath() {
      for (const [id, one] of waiting) send(id, one);
    },
  });

  function send(id: number, { block, at, resolve }: Waiting): void {
    const worker = lasting.ensure();
    if (worker !== null) {
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
  return Object.assign(find, { prepare: () => void lasting.ensure() });
}

function startBodyWorker(): Worker {
  return watchWorker(new Worker(new URL('./worker/entry.ts', import.meta.url), { type: 'module', name: 'osteolens-bodies' }));
}
