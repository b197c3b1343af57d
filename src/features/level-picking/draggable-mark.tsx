import { useRef, type KeyboardEvent, type PointerEvent } from 'react';

type DraggableMarkProps = {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  /** Hollow: nobody has said yet that it is right. */
  readonly isProposed: boolean;
  readonly onSelect: () => void;
  readonly onConfirm: () => void;
  /** Canvas pixels from where the drag began; called once, when it ends. */
  readonly onMoveBy: (dx: number, dy: number) => void;
  /** Millimetres on screen: right and down are positive. */
  readonly onNudge: (dxMm: number, dyMm: number) => void;
  readonly onRemove: () => void;
};

const NUDGES: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const COARSE_NUDGE = 5;

/** The cross at a body's centre: dragged, or nudged with the arrow keys by 1 mm (5 mm with Shift); Delete removes. A proposed one is hollow; Enter confirms it. */
export function DraggableMark({ x, y, label, isProposed, onSelect, onConfirm, onMoveBy, onNudge, onRemove }: DraggableMarkProps) {
  const group = useRef<SVGGElement>(null);
  const origin = useRef<{ readonly x: number; readonly y: number } | null>(null);

  function begin(event: PointerEvent<SVGGElement>) {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    origin.current = { x: event.clientX, y: event.clientY };
    onSelect();
  }

  // The cross follows the pointer by a transform, so that a drag costs one analysis, not one a pixel.
  function drag(event: PointerEvent<SVGGElement>) {
    if (!origin.current || !group.current) return;
    group.current.style.transform = `translate(${event.clientX - origin.current.x}px, ${event.clientY - origin.current.y}px)`;
  }

  function end(event: PointerEvent<SVGGElement>) {
    const from = origin.current;
    origin.current = null;
    if (group.current) group.current.style.transform = '';
    if (!from) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (Math.hypot(dx, dy) >= 2) onMoveBy(dx, dy);
  }

  function cancel() {
    origin.current = null;
    if (group.current) group.current.style.transform = '';
  }

  function press(event: KeyboardEvent<SVGGElement>) {
    const nudge = NUDGES[event.key];
    const factor = event.shiftKey ? COARSE_NUDGE : 1;
    if (nudge) onNudge(nudge[0] * factor, nudge[1] * factor);
    else if (event.key === 'Delete' || event.key === 'Backspace') onRemove();
    else if (event.key === 'Enter' && isProposed) onConfirm();
    else if (event.key === 'Enter' || event.key === ' ') onSelect();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <g
      ref={group}
      className="mark-handle"
      role="button"
      tabIndex={0}
      aria-label={`${label}. Arrow keys move it, ${isProposed ? 'Enter confirms it, Delete rejects it' : 'Delete removes it'}.`}
      onPointerDown={begin}
      onPointerMove={drag}
      onPointerUp={end}
      onPointerCancel={cancel}
      onKeyDown={press}
    >
      <circle className="mark-hit" cx={x} cy={y} r={13} />
      <circle className="mark-ring" cx={x} cy={y} r={6} />
      {isProposed ? null : <circle className="mark-dot" cx={x} cy={y} r={2} />}
      <path className="mark-cross" d={`M${x - 9} ${y}h5M${x + 4} ${y}h5M${x} ${y - 9}v5M${x} ${y + 4}v5`} />
    </g>
  );
}
