import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { afterAwakeTime } from './awake-timer.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('calls back once, after its time', () => {
  const callback = vi.fn();
  afterAwakeTime(20_000, callback);
  vi.advanceTimersByTime(19_900);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(callback).toHaveBeenCalledTimes(1);
});

it('does not count the time in which nothing ran', () => {
  const callback = vi.fn();
  afterAwakeTime(20_000, callback);
  vi.advanceTimersByTime(10_000);
  // A frozen page: an hour passes on the clock, and timers fire once when it goes on.
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersToNextTimer();
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(9_000);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(callback).toHaveBeenCalledTimes(1);
});

it('can be stopped', () => {
  const callback = vi.fn();
  afterAwakeTime(20, callback)();
  vi.advanceTimersByTime(1_000);
  expect(callback).not.toHaveBeenCalled();
});
