import type { Plane } from './plane.ts';

/** What drawing may take of one frame, so that with the page's own work no task reaches 50 ms; where it is slow, one plane a frame instead of three at once. */
const TASK_BUDGET_MS = 32;
/** Weight of the newest measurement in the running cost of one plane. */
const NEWEST_SHARE = 0.5;

/**
 * Decides which planes are drawn in the coming frame. On a graphics card that is all that were asked for; where one
 * plane takes long, the others follow in later frames, so that no task keeps the page from answering.
 */
export type RenderQueue = {
  readonly ask: (plane: Plane) => void;
  /** Running mean of what one plane takes, ms. */
  readonly costMs: () => number;
  /** To be called once after the frame in which planes were drawn. */
  readonly drawn: () => void;
  /** What was asked for will not be drawn: the canvas is gone. */
  readonly forget: () => void;
};

/**
 * @param draw flags a plane to be drawn in the next animation frame
 * @param nextFrame calls back at the start of that frame, before the planes are drawn
 */
export function makeRenderQueue(draw: (plane: Plane) => void, nextFrame: (callback: () => void) => void, now: () => number): RenderQueue {
  const waiting = new Set<Plane>();
  const flagged = new Set<Plane>();
  let costMs = 0;
  let frameStart = 0;

  const room = (): number => (costMs === 0 ? 1 : Math.max(1, Math.floor(TASK_BUDGET_MS / costMs)));
  const flag = (plane: Plane): void => {
    if (flagged.size === 0) nextFrame(() => { frameStart = now(); });
    flagged.add(plane);
    draw(plane);
  };
  return {
    ask(plane) {
      // Already flagged is drawn with the newest camera anyway.
      if (flagged.has(plane)) return;
      if (flagged.size < room()) flag(plane);
      else waiting.add(plane);
    },
    costMs: () => costMs,
    forget() {
      waiting.clear();
      flagged.clear();
    },
    drawn() {
      if (flagged.size === 0) return;
      const newest = (now() - frameStart) / flagged.size;
      costMs = costMs === 0 ? newest : costMs + (newest - costMs) * NEWEST_SHARE;
      flagged.clear();
      for (const plane of [...waiting].slice(0, room())) {
        waiting.delete(plane);
        flag(plane);
      }
    },
  };
}
