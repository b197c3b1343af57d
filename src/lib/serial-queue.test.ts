import { describe, expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

describe('SerialQueue', () => {
  it('starts a task only when the one before it has settled', async () => {
    const queue = new SerialQueue();
    const log: string[] = [];
    let finishFirst: (value: string) => void = () => undefined;
    const firstDone = new Promise<string>((resolve) => {
      finishFirst = resolve;
    });
    const a = queue.add(async () => {
      log.push('a starts');
      const value = await firstDone;
      log.push('a ends');
      return value;
    });
    const b = queue.add(async () => {
      log.push('b starts');
      return 'b';
    });
    await Promise.resolve();
    await Promise.resolve();
    expect(log).toEqual(['a starts']);
    finishFirst('a');
    expect(await Promise.all([a, b])).toEqual(['a', 'b']);
    expect(log).toEqual(['a starts', 'a ends', 'b starts']);
  });

  it('runs the tasks behind a failed one, and gives the failure only to its owner', async () => {
    const queue = new SerialQueue();
    const failed = queue.add(() => Promise.reject(new Error('first')));
    const thrown = queue.add(() => {
      throw new Error('second');
    });
    const good = queue.add(() => Promise.resolve('third'));
    await expect(failed).rejects.toThrow('first');
    await expect(thrown).rejects.toThrow('second');
    await expect(good).resolves.toBe('third');
    await expect(queue.add(() => Promise.resolve('later'))).resolves.toBe('later');
  });
});
