/** A worker ended, or never started, before it had answered (watch-worker.ts). */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied';
}

/**
 * Does a task that starts a worker of its own, and once more where that worker dies: a browser that was short of memory for a moment is not again.
 * @param task rejects with WorkerDied where its worker died; what it has done by then may be done twice
 */
export async function inAnotherWorkerToo<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof WorkerDied)) throw error;
    return task();
  }
}
