import { describe, expect, it } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { makeHover } from './hover.ts';
import type { PlaneHover } from './viewer-api.ts';

function makeFramedHover() {
  const frames: (() => void)[] = [];
  let valueHu: number | null = null;
  const told: (PlaneHover | null)[] = [];
  const hover = makeHover(({ plane, x, y }) => ({ plane, point: worldPoint(x, y, -840.5), valueHu }), (callback) => frames.push(callback));
  hover.listen((next) => told.push(next));
  return {
    hover,
    told,
    slicesCome: (hu: number) => { valueHu = hu; },
    runFrame: () => frames.splice(0).forEach((callback) => callback()),
    framesAsked: () => frames.length,
  };
}

describe('hover', () => {
  it('tells the value that came under a resting pointer, where it had none before', () => {
    const { hover, told, slicesCome, runFrame } = makeFramedHover();
    hover.moveTo({ plane: 'axial', x: 31.5, y: 17.25 });
    runFrame();
    slicesCome(212);
    hover.refresh();
    runFrame();
    expect(told.map((one) => one?.valueHu)).toEqual([null, 212]);
    expect(told[1]?.point).toEqual([31.5, 17.25, -840.5]);
  });

  it('tells the newest once per frame, and nothing after the pointer has left', () => {
    const { hover, told, runFrame, framesAsked } = makeFramedHover();
    hover.moveTo({ plane: 'axial', x: 1, y: 2 });
    hover.moveTo({ plane: 'sagittal', x: 3, y: 4 });
    hover.refresh();
    expect(framesAsked()).toBe(1);
    runFrame();
    hover.moveTo(null);
    runFrame();
    hover.refresh();
    expect(framesAsked()).toBe(0);
    expect(told.map((one) => one?.plane ?? null)).toEqual(['sagittal', null]);
  });
});
