import { expect, it } from 'vitest';
import { inAnotherWorkerToo, WorkerDied } from './worker-death.ts';

function taskOf(...ends: readonly (Error | string)[]) {
  let runs = 0;
  const task = (): Promise<string> => {
    const end = ends[runs];
    runs += 1;
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end ?? 'none');
  };
  return { task, runs: () => runs };
}

it('does a task again whose worker died, once', async () => {
  const once = taskOf(new WorkerDied('gone'), 'done');
  expect(await inAnotherWorkerToo(once.task)).toBe('done');
  const twice = taskOf(new WorkerDied('gone'), new WorkerDied('gone again'), 'done');
  await expect(inAnotherWorkerToo(twice.task)).rejects.toThrow('gone again');
  expect(twice.runs()).toBe(2);
});

it('does nothing again that was answered, that failed otherwise, or that was cancelled', async () => {
  for (const end of ['done', new Error('a bug'), new DOMException('Cancelled.', 'AbortError')]) {
    const { task, runs } = taskOf(end, 'again');
    await inAnotherWorkerToo(task).catch(() => undefined);
    expect(runs()).toBe(1);
  }
});
