import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlaneHover, Viewer } from '#src/viewer/index.ts';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { startNetworkLate } from './start-network.ts';
import { createSessionStore } from './state.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const HOVER: PlaneHover = { point: worldPoint(1, 2, 3), plane: 'axial', valueHu: 40 };

function page() {
  const store = createSessionStore({ state: 'empty' });
  const listeners = new Set<(hover: PlaneHover | null) => void>();
  const viewer: Pick<Viewer, 'onHover'> = {
    onHover(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const start = vi.fn();
  startNetworkLate(store, viewer, start);
  return { store, start, hover: (hover: PlaneHover | null) => listeners.forEach((listener) => listener(hover)), listeners };
}

describe('the start of the network', () => {
  it('waits for an open series, however long the page lies there', () => {
    const { start, hover } = page();
    hover(HOVER);
    vi.advanceTimersByTime(60_000);
    expect(start).not.toHaveBeenCalled();
  });

  it('comes a moment after the opening, and once', () => {
    const { store, start, hover, listeners } = page();
    store.setState({ openSeriesId: 'a' });
    expect(start).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2000);
    expect(start).toHaveBeenCalledTimes(1);
    hover(HOVER);
    store.setState({ openSeriesId: 'b' });
    vi.advanceTimersByTime(2000);
    expect(start).toHaveBeenCalledTimes(1);
    expect(listeners.size).toBe(0);
  });

  it('leaves memory and cores to the search for the vertebrae, and comes after it', () => {
    const { store, start } = page();
    store.setState({ openSeriesId: 'a' });
    vi.advanceTimersByTime(250);
    store.setState({ spine: { status: 'running', done: 0, total: 100 } });
    vi.advanceTimersByTime(20_000);
    store.setState({ spine: { status: 'running', done: 60, total: 100 } });
    vi.advanceTimersByTime(20_000);
    expect(start).not.toHaveBeenCalled();
    store.setState({ spine: { status: 'failed', sentence: 'No.' } });
    vi.advanceTimersByTime(2000);
    expect(start).toHaveBeenCalledTimes(1);
  });

  it('comes at once when the pointer is over an open series, not when it leaves', () => {
    const { store, start, hover } = page();
    store.setState({ openSeriesId: 'a' });
    hover(null);
    expect(start).not.toHaveBeenCalled();
    hover(HOVER);
    expect(start).toHaveBeenCalledTimes(1);
  });

  it('does not come where the series was closed again', () => {
    const { store, start } = page();
    store.setState({ openSeriesId: 'a' });
    vi.advanceTimersByTime(500);
    store.setState({ openSeriesId: null });
    vi.advanceTimersByTime(60_000);
    expect(start).not.toHaveBeenCalled();
  });
});
