import type { Plane } from './plane.ts';
import { makeRenderQueue, type RenderQueue } from './render-queue.ts';

/**
 * Paints the planes that were asked for in the next animation frame, all in one callback: a plane that is asked for once more after it was
 * painted must not find itself still waiting, or its new picture would never come.
 * @param paint draws one plane as it is now
 * @param onPainted after the frame in which it was
 */
export function makePaintFrames(paint: (plane: Plane) => void, onPainted: (plane: Plane) => void, nextFrame: (callback: () => void) => void, now: () => number): Pick<RenderQueue, 'ask' | 'costMs'> {
  const flagged = new Set<Plane>();
  const paintAll = (): void => {
    const planes = [...flagged];
    flagged.clear();
    for (const plane of planes) paint(plane);
    queue.drawn();
    for (const plane of planes) onPainted(plane);
  };
  const queue = makeRenderQueue(
    (plane) => {
      if (flagged.size === 0) nextFrame(paintAll);
      flagged.add(plane);
    },
    nextFrame,
    now,
  );
  return queue;
}
