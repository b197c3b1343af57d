/** What a worker's owner uses of it. */
export type WorkerPort = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;

/** A worker that died as often will die again. */
const MOST_DEATHS = 3;

export type LastingWorker = {
  /** The worker, which starts where there is none; null where it died too often or cannot be started: the work is for the page then. */
  readonly ensure: () => WorkerPort | null;
};

export type LastingWorkerParts<Reply> = {
  /** Gives one that fires `error` whichever way it dies (watch-worker.ts). */
  readonly start: () => WorkerPort;
  readonly onReply: (reply: Reply) => void;
  /** The worker is gone, and with it all that it was asked and has not answered. */
  readonly onDeath: () => void;
};

/** A worker that starts when it is first needed and stays; where it dies, the next need starts another, up to three. */
export function createLastingWorker<Reply>({ start, onReply, onDeath }: LastingWorkerParts<Reply>): LastingWorker {
  let worker: WorkerPort | null = null;
  let deaths = 0;

  function startOne(): WorkerPort {
    const started = start();
    started.addEventListener('message', (event) => onReply((event as MessageEvent<Reply>).data));
    const replace = (): void => {
      // A second event of one death.
      if (worker !== started) return;
      deaths += 1;
      worker = null;
      started.terminate();
      onDeath();
    };
    started.addEventListener('error', replace);
    started.addEventListener('messageerror', replace);
    return started;
  }

  return {
    ensure() {
      if (worker !== null || deaths >= MOST_DEATHS) return worker;
      try {
        worker = startOne();
      } catch {
        deaths = MOST_DEATHS;
      }
      return worker;
    },
  };
}
