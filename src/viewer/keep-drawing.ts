import type { CardStage } from './card-stage.ts';

/** The graphics process of a browser is back within a second or two. */
const TRY_AFTER_MS = [100, 1000, 3000];
/** A context that is lost so often in so short a time will be lost again. */
const MOST_LOSSES = 3;
const WITHIN_MS = 60_000;

export type DrawingParts = {
  readonly stage: Pick<CardStage, 'onContextLost' | 'restore'>;
  readonly onRestored: () => void;
  /** Once: the browser gives no context any more, or takes away one after the other. */
  readonly onGone: () => void;
  readonly later: (task: () => void, ms: number) => void;
  readonly now: () => number;
};

/** Draws again after a lost context, as long as that has a chance. */
export function keepDrawing({ stage, onRestored, onGone, later, now }: DrawingParts): void {
  let losses: readonly number[] = [];
  let isGone = false;

  const giveUp = (): void => {
    if (!isGone) onGone();
    isGone = true;
  };
  const tryFrom = (attempt: number): void => {
    const wait = TRY_AFTER_MS[attempt];
    if (wait === undefined) giveUp();
    else later(() => void stage.restore().catch(() => false).then((isRestored) => (isRestored ? onRestored() : tryFrom(attempt + 1))), wait);
  };
  stage.onContextLost(() => {
    losses = [...losses.filter((at) => now() - at < WITHIN_MS), now()];
    if (losses.length > MOST_LOSSES) giveUp();
    else tryFrom(0);
  });
}
