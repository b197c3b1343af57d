import { describe, expect, it } from 'vitest';
import { memoizePromise } from './memoize-promise.ts';

describe('memoizePromise', () => {
  it('does the work once for callers of one key, also while it runs', async () => {
    const calls: string[] = [];
    const load = memoizePromise(async (key: string) => {
      calls.push(key);
      return key.toUpperCase();
    });
    expect(await Promise.all([load('a'), load('a'), load('b')])).toEqual(['A', 'A', 'B']);
    expect(await load('a')).toBe('A');
    expect(calls).toEqual(['a', 'b']);
  });

  it('forgets a rejection, so that the next call tries anew', async () => {
    let attempts = 0;
    const load = memoizePromise(async (_key: string) => {
      attempts += 1;
      if (attempts === 1) throw new Error('offline');
      return attempts;
    });
    const [first, second] = [load('a'), load('a')];
    await expect(first).rejects.toThrow('offline');
    await expect(second).rejects.toThrow('offline');
    expect(await load('a')).toBe(2);
    expect(await load('a')).toBe(2);
  });

  it('forgets a failure that is a value', async () => {
    let attempts = 0;
    const load = memoizePromise(
      async (_key: string) => {
        attempts += 1;
        return { ok: attempts > 1 };
      },
      (result) => !result.ok,
    );
    expect(await load('a')).toEqual({ ok: false });
    expect(await load('a')).toEqual({ ok: true });
    expect(await load('a')).toEqual({ ok: true });
    expect(attempts).toBe(2);
  });
});
