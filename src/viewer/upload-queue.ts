/** Slices on their way at once. More would wait in the page's and the card's buffers, and then in the main thread. */
const AT_ONCE = 8;
const LOOK_INTERVAL_MS = 4;

/**
 * Sends slices to the graphics card a few at a time, the next when it has taken the last: asking for more lets the browser block the page
 * until there is room, for as long as a drawing takes.
 */
export type UploadQueue = {
  readonly add: (k: number) => void;
  /** Resolves when the card has taken all. */
  readonly done: () => Promise<void>;
  /** Forgets what waits; something else was sent instead. */
  readonly beginAgain: () => void;
};

export type UploadParts = {
  readonly upload: (k: number) => void;
  /** Marks this place in the card's work; what it gives tells whether the card has come so far. */
  readonly mark: () => () => boolean;
  /** The card has taken a batch and has nothing else of ours to do than to draw. */
  readonly onTaken?: () => void;
  /** Nobody looks, and the browser slows timers down: everything at once. */
  readonly isHidden: () => boolean;
};

export function makeUploadQueue({ upload, mark, onTaken, isHidden }: UploadParts): UploadQueue {
  const waiting: number[] = [];
  let isTaken: (() => boolean) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners: (() => void)[] = [];

  const look = (): void => {
    clearTimeout(timer);
    if (isTaken !== null && (isTaken() || isHidden())) {
      isTaken = null;
      onTaken?.();
    }
    if (isTaken === null && waiting.length > 0) {
      for (const k of waiting.splice(0, isHidden() ? waiting.length : AT_ONCE)) upload(k);
      isTaken = mark();
    }
    if (isTaken !== null) timer = setTimeout(look, LOOK_INTERVAL_MS);
    else listeners.splice(0).forEach((listener) => listener());
  };
  return {
    add(k) {
      waiting.push(k);
      look();
    },
    done() {
      return new Promise((resolve) => {
        listeners.push(resolve);
        look();
      });
    },
    beginAgain() {
      waiting.length = 0;
      isTaken = mark();
      look();
    },
  };
}
