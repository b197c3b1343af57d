import { useRef, type KeyboardEvent, type PointerEvent } from 'react';

const NUDGES: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const COARSE = 5;

type DragActions = {
  /** Canvas pixels since the drag began, at each move; null when it has ended, or was broken off. */
  readonly onDrag: (by: { readonly dx: number; readonly dy: number } | null) => void;
  /** Canvas pixels since the drag began, once, when it ends. */
  readonly onMoveBy: (dx: number, dy: number) => void;
  /** Millimetres on screen: right and down are positive. */
  readonly onNudge: (dxMm: number, dyMm: number) => void;
  /** Any other key; true where it was used. */
  readonly onKey: (key: string) => boolean;
};

/** Pointer and keys of something that is dragged over a plane. What it stands for changes once, at the end. */
export function useDrag({ onDrag, onMoveBy, onNudge, onKey }: DragActions) {
  const origin = useRef<{ readonly x: number; readonly y: number } | null>(null);

  function end(): void {
    origin.current = null;
    onDrag(null);
  }

  return {
    onPointerDown(event: PointerEvent<SVGElement>) {
      if (event.button !== 0) return;
      event.stopPropagation();
      event.currentTarget.setPointerCapture(event.pointerId);
      origin.current = { x: event.clientX, y: event.clientY };
    },
    onPointerMove(event: PointerEvent<SVGElement>) {
      if (origin.current) onDrag({ dx: event.clientX - origin.current.x, dy: event.clientY - origin.current.y });
    },
    onPointerUp(event: PointerEvent<SVGElement>) {
      const from = origin.current;
      end();
      if (!from) return;
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      if (Math.hypot(dx, dy) >= 2) onMoveBy(dx, dy);
    },
    onPointerCancel: end,
    onKeyDown(event: KeyboardEvent<SVGElement>) {
      const nudge = NUDGES[event.key];
      const factor = event.shiftKey ? COARSE : 1;
      if (nudge) onNudge(nudge[0] * factor, nudge[1] * factor);
      else if (event.ctrlKey || event.metaKey || !onKey(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
