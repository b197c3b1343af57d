import { makeEmitter } from './emitter.ts';
import type { Stage } from './stage.ts';

export type DrawingProblem = { readonly code: 'webgl-context-lost'; readonly sentence: string };

const LOST: DrawingProblem = {
  code: 'webgl-context-lost',
  sentence: 'The graphics card stopped drawing, so no images can be shown; try again, or save the results and reload the page. Picks and results are kept.',
};

/** Whether the planes can be drawn. */
export type Drawing = {
  /** Set while the context is lost and the browser gives no new one; null while there is one, or it is being asked for. */
  readonly problem: () => DrawingProblem | null;
  readonly onChange: (listener: () => void) => () => void;
  /** Asks the browser once more; answers whether it gave a context. */
  readonly again: () => Promise<boolean>;
};

/** The graphics process of a browser is back within a second or two. */
const TRY_AFTER_MS = [100, 1000, 3000];
/** A context that is lost so often in so short a time will be lost again: then the reader says when. */
const MOST_LOSSES = 3;
const WITHIN_MS = 60_000;

export type DrawingParts = {
  readonly stage: Pick<Stage, 'onContextLost' | 'restore'>;
  readonly onRestored: () => void;
  readonly later: (task: () => void, ms: number) => void;
  readonly now: () => number;
};

/** Draws again after a lost context by itself, as long as that has a chance. */
export function keepDrawing({ stage, onRestored, later, now }: DrawingParts): Drawing {
  const changes = makeEmitter<void>();
  let isLost = false;
  let losses: readonly number[] = [];

  const set = (next: boolean): void => {
    if (next === isLost) return;
    isLost = next;
    changes.emit();
  };
  const restore = async (): Promise<boolean> => {
    const isRestored = await stage.restore().catch(() => false);
    if (isRestored) {
      set(false);
      onRestored();
    }
    return isRestored;
  };
  const tryFrom = (attempt: number): void => {
    const wait = TRY_AFTER_MS[attempt];
    if (wait === undefined) set(true);
    else later(() => void restore().then((isRestored) => { if (!isRestored) tryFrom(attempt + 1); }), wait);
  };
  stage.onContextLost(() => {
    losses = [...losses.filter((at) => now() - at < WITHIN_MS), now()];
    if (losses.length > MOST_LOSSES) set(true);
    else tryFrom(0);
  });
  return { problem: () => (isLost ? LOST : null), onChange: (listener) => changes.listen(listener), again: restore };
}
