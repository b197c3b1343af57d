import type { LevelPick } from '#src/core/levels/pick.ts';
import type { RoiChoice } from '#src/core/measure/choose-roi.ts';
import type { LevelFacts } from '#src/core/measure/inspect-level.ts';
import { buffersOf, readPart } from '#src/core/volume/volume-part.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { createLastingWorker, type WorkerPort } from '#src/lib/browser/lasting-worker.ts';
import { watchWorker } from '#src/lib/browser/watch-worker.ts';
import { boxesForTask, runTask, type LevelFound, type LevelReply, type LevelRequest, type LevelTask } from './level-task.ts';

export type InspectedLevel = { readonly choice: RoiChoice; readonly facts: LevelFacts };

/** Region of a level and what its voxels say: copies the voxels on the page, computes in a worker. Rejects when the signal aborts. */
export type LevelInspector = Inspect & {
  /** Starts the worker, so that the first level does not wait for it. */
  readonly prepare: () => void;
};
export type Inspect = (volume: VolumeSource, pick: Pick<LevelPick, 'centreLps' | 'roi'>, kvp: number | null, signal: AbortSignal) => Promise<InspectedLevel>;

type Job = {
  readonly volume: VolumeSource;
  readonly task: LevelTask;
  readonly signal: AbortSignal;
  readonly resolve: (found: LevelFound) => void;
  readonly reject: (reason: unknown) => void;
  /** A worker died of it, or during it. */
  readonly hasFailed?: boolean;
};

/**
 * The worker starts with the first level, or before, and stays; it gets one job at a time, so that none is computed that was aborted meanwhile.
 * Where it dies, another does its job again; where that dies too or none can run, the page does it: the same answer, later.
 * @param startWorker for tests; by default the module worker beside this file
 */
export function createLevelInspector(startWorker: () => WorkerPort = startLevelWorker): LevelInspector {
  let waiting: readonly Job[] = [];
  let sent: { readonly id: number; readonly job: Job } | null = null;
  let nextId = 1;

  const lasting = createLastingWorker<LevelReply>({
    start: startWorker,
    onReply({ id, found }) {
      if (sent?.id !== id) return;
      const { job } = sent;
      sent = null;
      job.resolve(found);
      sendNext();
    },
    onDeath() {
      const died = sent;
      sent = null;
      if (died?.job.hasFailed) runOnPage(died.job);
      else if (died) waiting = [{ ...died.job, hasFailed: true }, ...waiting];
      sendNext();
    },
  });

  function sendNext(): void {
    while (sent === null) {
      const [job, ...others] = waiting;
      if (job === undefined) return;
      waiting = others;
      send(job);
    }
  }

  function send(job: Job): void {
    if (job.signal.aborted) return;
    const worker = lasting.ensure();
    if (worker === null) {
      runOnPage(job);
      return;
    }
    try {
      const part = readPart(job.volume, boxesForTask(job.volume, job.task));
      const id = nextId;
      nextId += 1;
      worker.postMessage({ id, part, task: job.task } satisfies LevelRequest, buffersOf(part));
      sent = { id, job };
    } catch (error) {
      // As of a volume that was closed meanwhile.
      job.reject(error);
    }
  }

  function run(volume: VolumeSource, task: LevelTask, signal: AbortSignal): Promise<LevelFound> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => { reject(signal.reason); }, { once: true });
      waiting = [...waiting, { volume, task, signal, resolve, reject }];
      sendNext();
    });
  }

  const inspect: Inspect = async (volume, { centreLps, roi }, kvp, signal) => {
    const chosen = await run(volume, { kind: 'choose', centreLps, edited: roi }, signal);
    if (chosen.kind !== 'choose') throw new Error('The worker answered another question.');
    const { choice } = chosen;
    const inspected = await run(volume, { kind: 'inspect', centreLps, choice, kvp }, signal);
    if (inspected.kind !== 'inspect') throw new Error('The worker answered another question.');
    return { choice, facts: inspected.facts };
  };
  return Object.assign(inspect, { prepare: () => void lasting.ensure() });
}

function runOnPage({ volume, task, signal, resolve, reject }: Job): void {
  if (signal.aborted) return;
  try {
    resolve(runTask(volume, task));
  } catch (error) {
    reject(error);
  }
}

function startLevelWorker(): Worker {
  return watchWorker(new Worker(new URL('./worker/level-entry.ts', import.meta.url), { type: 'module', name: 'osteolens-levels' }));
}
