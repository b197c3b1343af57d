import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeUploadQueue } from './upload-queue.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

/** A card that takes what it was given when it is told to. */
function card() {
  const uploaded: number[] = [];
  const state = { given: 0, taken: 0, isHidden: false, answers: 0 };
  const queue = makeUploadQueue({
    upload: (k) => uploaded.push(k),
    mark() {
      state.given += 1;
      const mine = state.given;
      return () => state.taken >= mine;
    },
    onTaken: () => { state.answers += 1; },
    isHidden: () => state.isHidden,
  });
  return { queue, uploaded, state };
}

function addTwenty(queue: { readonly add: (k: number) => void }): void {
  for (let k = 0; k < 20; k += 1) queue.add(k);
}

describe('upload queue', () => {
  it('sends no more until the card has taken what it was sent, and keeps the order', () => {
    const { queue, uploaded, state } = card();
    addTwenty(queue);
    vi.advanceTimersByTime(1000);
    expect(uploaded).toEqual([0]);
    state.taken = 1;
    vi.advanceTimersByTime(1000);
    expect(uploaded).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    state.taken = 9;
    vi.advanceTimersByTime(1000);
    expect(uploaded).toEqual(Array.from({ length: 20 }, (_none, k) => k));
  });

  it('is done when the card has taken the last, not when it was sent', async () => {
    const { queue, state } = card();
    queue.add(5);
    let isDone = false;
    const done = queue.done().then(() => { isDone = true; });
    await vi.advanceTimersByTimeAsync(1000);
    expect(isDone).toBe(false);
    state.taken = 1;
    await vi.advanceTimersByTimeAsync(10);
    await done;
    expect(state.answers).toBe(1);
  });

  it('is done at once where nothing was given', async () => {
    await card().queue.done();
  });

  it('forgets what waits where all was sent again, and waits for that', async () => {
    const { queue, uploaded, state } = card();
    addTwenty(queue);
    queue.beginAgain();
    const done = queue.done();
    state.taken = 2;
    await vi.advanceTimersByTimeAsync(10);
    await done;
    expect(uploaded).toEqual([0]);
    expect(state.given).toBe(2);
  });

  it('sends everything at once while nobody looks: timers then come once a second', () => {
    const { queue, uploaded, state } = card();
    state.isHidden = true;
    addTwenty(queue);
    expect(uploaded).toHaveLength(20);
  });
});
