import { makeEmitter } from './emitter.ts';
import type { Pane } from './plane.ts';
import type { PlaneHover } from './viewer-api.ts';

/** CSS pixels in the pane's canvas. */
export type Pointer = { readonly plane: Pane; readonly x: number; readonly y: number };

export type Hover = {
  readonly listen: (listener: (hover: PlaneHover | null) => void) => () => void;
  /** The pointer moved there; null: it left the planes. */
  readonly moveTo: (pointer: Pointer | null) => void;
  /** Something may have changed under a pointer that rests: a slice came, another slice is shown. */
  readonly refresh: () => void;
};

/**
 * Tells what lies under the pointer, once per frame at most however often something changes.
 * @param read as of the frame in which it is told; null where no series is open
 */
export function makeHover(read: (pointer: Pointer) => PlaneHover | null, nextFrame: (callback: () => void) => void): Hover {
  const told = makeEmitter<PlaneHover | null>();
  let pointer: Pointer | null = null;
  let isAsked = false;
  const ask = (): void => {
    if (isAsked) return;
    isAsked = true;
    nextFrame(() => {
      isAsked = false;
      told.emit(pointer === null ? null : read(pointer));
    });
  };
  return {
    listen: (listener) => told.listen(listener),
    moveTo(next) {
      pointer = next;
      ask();
    },
    refresh() {
      if (pointer !== null) ask();
    },
  };
}
