import { describe, expect, it, vi } from 'vitest';
import { keepDrawing } from './keep-drawing.ts';

function setUp(answers: readonly boolean[]) {
  let lose = (): void => undefined;
  let clock = 0;
  let asked = 0;
  const [onRestored, onGone] = [vi.fn(), vi.fn()];
  keepDrawing({
    stage: {
      onContextLost: (listener) => { lose = listener; },
      restore: () => {
        asked += 1;
        return Promise.resolve(answers[asked - 1] ?? true);
      },
    },
    onRestored,
    onGone,
    later: (task, ms) => {
      clock += ms;
      task();
    },
    now: () => clock,
  });
  return { lose: () => lose(), wait: (ms: number) => { clock += ms; }, counts: () => ({ asked, restored: onRestored.mock.calls.length, gone: onGone.mock.calls.length }) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('drawing after a lost context', () => {
  it('goes on by itself, also where the browser needs a while', async () => {
    const { lose, counts } = setUp([false, false, true]);
    lose();
    await settled();
    expect(counts()).toEqual({ asked: 3, restored: 1, gone: 0 });
  });

  it('gives up, once, where the browser gives no context', async () => {
    const { lose, counts } = setUp([false, false, false, false, false, false]);
    lose();
    await settled();
    expect(counts()).toEqual({ asked: 3, restored: 0, gone: 1 });
    lose();
    await settled();
    expect(counts().gone).toBe(1);
  });

  it('gives up where one context after the other is lost', async () => {
    const { lose, counts } = setUp([]);
    for (let n = 0; n < 3; n += 1) {
      lose();
      await settled();
    }
    expect(counts()).toEqual({ asked: 3, restored: 3, gone: 0 });
    lose();
    await settled();
    expect(counts()).toEqual({ asked: 3, restored: 3, gone: 1 });
  });

  it('counts losses of a minute only', async () => {
    const { lose, wait, counts } = setUp([]);
    for (let n = 0; n < 6; n += 1) {
      lose();
      await settled();
      wait(40_000);
    }
    expect(counts()).toEqual({ asked: 6, restored: 6, gone: 0 });
  });
});
