import { describe, expect, it, vi } from 'vitest';
import { keepDrawing } from './keep-drawing.ts';

function setUp(answers: readonly boolean[]) {
  let lose = (): void => undefined;
  let clock = 0;
  let asked = 0;
  const onRestored = vi.fn();
  const drawing = keepDrawing({
    stage: {
      onContextLost: (listener) => { lose = listener; },
      restore: () => {
        asked += 1;
        return Promise.resolve(answers[asked - 1] ?? true);
      },
    },
    onRestored,
    later: (task, ms) => {
      clock += ms;
      task();
    },
    now: () => clock,
  });
  return { drawing, lose: () => lose(), wait: (ms: number) => { clock += ms; }, asked: () => asked, onRestored };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('drawing after a lost context', () => {
  it('goes on by itself, also where the browser needs a while', async () => {
    const { drawing, lose, asked, onRestored } = setUp([false, false, true]);
    lose();
    await settled();
    expect([asked(), onRestored.mock.calls.length, drawing.problem() !== null]).toEqual([3, 1, false]);
  });

  it('waits for the reader where the browser gives no context', async () => {
    const { drawing, lose, asked, onRestored } = setUp([false, false, false, false, true]);
    const told: boolean[] = [];
    drawing.onChange(() => told.push(drawing.problem() !== null));
    lose();
    await settled();
    expect([asked(), drawing.problem() !== null]).toEqual([3, true]);
    expect(await drawing.again()).toBe(false);
    expect(await drawing.again()).toBe(true);
    expect(told).toEqual([true, false]);
    expect(onRestored).toHaveBeenCalledTimes(1);
  });

  it('stops trying where one context after the other is lost', async () => {
    const { drawing, lose, asked, wait } = setUp([]);
    for (let n = 0; n < 3; n += 1) {
      lose();
      await settled();
    }
    expect([asked(), drawing.problem() !== null]).toEqual([3, false]);
    lose();
    await settled();
    expect([asked(), drawing.problem() !== null]).toEqual([3, true]);
    expect(await drawing.again()).toBe(true);
    wait(60_000);
    lose();
    await settled();
    expect([asked(), drawing.problem() !== null]).toEqual([5, false]);
  });
});
