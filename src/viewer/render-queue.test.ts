import { describe, expect, it } from 'vitest';
import type { Plane } from './plane.ts';
import { makeRenderQueue } from './render-queue.ts';

function makeClockedQueue(planeCostMs: number) {
  let time = 0;
  const frames: Plane[][] = [];
  let coming: Plane[] = [];
  let starts: (() => void)[] = [];
  const queue = makeRenderQueue((plane) => coming.push(plane), (callback) => starts.push(callback), () => time);
  const runFrame = (): void => {
    const drawn = coming;
    coming = [];
    const callbacks = starts;
    starts = [];
    for (const callback of callbacks) callback();
    time += drawn.length * planeCostMs;
    if (drawn.length > 0) frames.push(drawn);
    queue.drawn();
  };
  return { queue, frames, runFrame };
}

describe('render queue', () => {
  it('draws one plane in the first frame, before the cost is known, then all together where drawing is fast', () => {
    const { queue, frames, runFrame } = makeClockedQueue(3);
    for (const plane of ['sagittal', 'axial', 'coronal'] as const) queue.ask(plane);
    runFrame();
    runFrame();
    for (const plane of ['sagittal', 'axial', 'coronal'] as const) queue.ask(plane);
    runFrame();
    expect(frames).toEqual([['sagittal'], ['axial', 'coronal'], ['sagittal', 'axial', 'coronal']]);
  });

  it('draws one plane a frame where drawing is slow, and none is lost', () => {
    const { queue, frames, runFrame } = makeClockedQueue(120);
    for (const plane of ['sagittal', 'axial', 'coronal'] as const) queue.ask(plane);
    for (let n = 0; n < 4; n += 1) runFrame();
    expect(frames).toEqual([['sagittal'], ['axial'], ['coronal']]);
  });

  it('draws a plane once that was asked for many times', () => {
    const { queue, frames, runFrame } = makeClockedQueue(3);
    for (let n = 0; n < 5; n += 1) queue.ask('axial');
    runFrame();
    runFrame();
    expect(frames).toEqual([['axial']]);
  });
});
