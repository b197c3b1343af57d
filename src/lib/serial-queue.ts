/** Runs tasks one after another in the order of their arrival. A task that rejects does not touch those behind it. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Starts the task when all earlier ones have settled; the promise is the task's own, rejection included. */
  add<T>(task: () => Promise<T>): Promise<T> {
    const run = this.last.then(task);
    // The chain must only ever wait, never reject: one failed task would otherwise reject every later one.
    this.last = run.catch(() => undefined);
    return run;
  }
}
