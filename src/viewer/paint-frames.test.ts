import { describe, expect, it } from 'vitest';
import { makePaintFrames } from './paint-frames.ts';
import type { Plane } from './plane.ts';

/** Frames that come when the test says so, on a clock that painting moves on. */
function setUp(costMs: number) {
  const painted: Plane[] = [];
  const told: Plane[] = [];
  let waiting: (() => void)[] = [];
  let clock = 0;
  let onPainted = (_plane: Plane): void => undefined;
  const frames = makePaintFrames(
    (plane) => {
      painted.push(plane);
      clock += costMs;
    },
    (plane) => {
      told.push(plane);
      onPainted(plane);
    },
    (callback) => waiting.push(callback),
    () => clock,
  );
  const frame = (): void => {
    const now = waiting;
    waiting = [];
    for (const callback of now) callback();
  };
  return { ask: frames.ask, frame, inFrame: (callback: () => void) => waiting.push(callback), painted, told, hear: (listener: (plane: Plane) => void) => { onPainted = listener; } };
}

describe('frames of painted planes', () => {
  it('paints a plane again that is asked for in the very frame in which it was painted, between it and another', () => {
    const { ask, frame, painted, inFrame } = setUp(1);
    ask('axial');
    inFrame(() => ask('axial'));
    ask('sagittal');
    frame();
    frame();
    expect(painted).toEqual(['axial', 'sagittal', 'axial']);
  });

  it('paints a plane once a frame, however often it is asked for', () => {
    const { ask, frame, painted, told } = setUp(1);
    ask('axial');
    ask('axial');
    frame();
    frame();
    expect(painted).toEqual(['axial']);
    expect(told).toEqual(['axial']);
  });

  it('paints one plane a frame where that takes long, and leaves none out', () => {
    const { ask, frame, painted } = setUp(40);
    ask('axial');
    frame();
    for (const plane of ['sagittal', 'axial', 'coronal'] as const) ask(plane);
    frame();
    expect(painted).toHaveLength(2);
    frame();
    frame();
    expect(painted.toSorted()).toEqual(['axial', 'axial', 'coronal', 'sagittal']);
  });

  it('paints what is asked for by one who hears that a plane was painted', () => {
    const { ask, frame, painted, hear } = setUp(1);
    hear((plane) => {
      if (painted.length === 1) ask(plane);
    });
    ask('axial');
    frame();
    frame();
    expect(painted).toEqual(['axial', 'axial']);
  });
});
