/**
 * Pointer, wheel and key gestures of one plane, as our own thin handlers instead of Cornerstone's tools: three planes
 * with one focus need one camera model, and the tools bring their own (a tool group per engine, SVG layers, annotation
 * state, tool names that minifying must not touch) for half a megabyte of code.
 */
export type PrimaryTool = 'crosshair' | 'window' | 'pan' | 'zoom';

export type Modifiers = { readonly shift: boolean; readonly ctrl: boolean; readonly alt: boolean; readonly meta: boolean };

export type GestureTarget = {
  primaryTool(): PrimaryTool;
  /** Positions are CSS pixels in the canvas. */
  click(x: number, y: number, modifiers: Modifiers): void;
  moveFocus(x: number, y: number): void;
  hover(position: { readonly x: number; readonly y: number } | null): void;
  step(slices: number): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at?: { readonly x: number; readonly y: number }): void;
  window(dx: number, dy: number): void;
};

/** A press that moves less than this is a click. */
const CLICK_TOLERANCE_PIXELS = 4;
const ZOOM_PER_PIXEL = 0.008;
const ZOOM_PER_WHEEL_PIXEL = 0.002;
const KEY_ZOOM = 1.2;
/** A wheel notch is reported as 50 pixels or more, a touch pad as many small steps. */
const NOTCH_PIXELS = 50;
const TOUCHPAD_PIXELS_PER_SLICE = 24;
const WHEEL_LINE_PIXELS = 50;
const SLICES_PER_KEY = 1;

type Action = PrimaryTool | 'none';
type Press = { readonly id: number; readonly startX: number; readonly startY: number; x: number; y: number; readonly action: Action; hasMoved: boolean };

/**
 * @param surface the range input behind the overlay: keys, and those presses that no mark of the overlay takes
 * @param frame the box around surface and overlay: the wheel scrolls over a mark too
 * @returns removes all handlers
 */
export function listenToGestures(surface: HTMLElement, frame: HTMLElement, target: GestureTarget): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const presses = new Map<number, Press>();
  let isSpaceDown = false;
  let wheelRest = 0;

  const at = (event: MouseEvent): { x: number; y: number } => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const actionOf = (event: PointerEvent): Action => {
    if (event.pointerType === 'touch') return target.primaryTool();
    if (event.button === 1 || (event.button === 0 && isSpaceDown)) return 'pan';
    if (event.button === 2) return 'zoom';
    return event.button === 0 ? target.primaryTool() : 'none';
  };
  const onDown = (event: PointerEvent): void => {
    const { x, y } = at(event);
    surface.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    presses.set(event.pointerId, { id: event.pointerId, startX: x, startY: y, x, y, action: actionOf(event), hasMoved: false });
  };
  const pinch = (moving: Press, x: number, y: number): void => {
    const other = [...presses.values()].find((press) => press.id !== moving.id);
    if (other === undefined) return;
    const before = Math.hypot(moving.x - other.x, moving.y - other.y);
    const after = Math.hypot(x - other.x, y - other.y);
    // Each finger carries half of the pan: together they move the image with the hand.
    target.pan((x - moving.x) / 2, (y - moving.y) / 2);
    if (before > 1 && after > 1) target.zoom(after / before, { x: (x + other.x) / 2, y: (y + other.y) / 2 });
    moving.hasMoved = true;
    other.hasMoved = true;
  };
  const drag = (press: Press, x: number, y: number): void => {
    const [dx, dy] = [x - press.x, y - press.y];
    switch (press.action) {
      case 'crosshair':
        target.moveFocus(x, y);
        break;
      case 'pan':
        target.pan(dx, dy);
        break;
      case 'zoom':
        target.zoom(Math.exp(-dy * ZOOM_PER_PIXEL), { x: press.startX, y: press.startY });
        break;
      case 'window':
        target.window(dx, dy);
        break;
      case 'none':
        break;
    }
  };
  const onMove = (event: PointerEvent): void => {
    const { x, y } = at(event);
    const press = presses.get(event.pointerId);
    if (press === undefined) {
      target.hover({ x, y });
      return;
    }
    if (presses.size === 2) pinch(press, x, y);
    else {
      press.hasMoved ||= Math.hypot(x - press.startX, y - press.startY) > CLICK_TOLERANCE_PIXELS;
      if (press.hasMoved) drag(press, x, y);
    }
    press.x = x;
    press.y = y;
    target.hover({ x, y });
  };
  const onUp = (event: PointerEvent): void => {
    const press = presses.get(event.pointerId);
    presses.delete(event.pointerId);
    if (press === undefined || press.hasMoved || event.button !== 0 || isSpaceDown || event.type === 'pointercancel') return;
    const { shiftKey: shift, ctrlKey: ctrl, altKey: alt, metaKey: meta } = event;
    target.click(press.startX, press.startY, { shift, ctrl, alt, meta });
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const delta = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * WHEEL_LINE_PIXELS;
    if (event.ctrlKey) {
      target.zoom(Math.exp(-delta * ZOOM_PER_WHEEL_PIXEL), at(event));
      return;
    }
    if (Math.abs(delta) >= NOTCH_PIXELS) {
      wheelRest = 0;
      target.step(Math.sign(delta));
      return;
    }
    wheelRest += delta;
    const slices = Math.trunc(wheelRest / TOUCHPAD_PIXELS_PER_SLICE);
    if (slices === 0) return;
    wheelRest -= slices * TOUCHPAD_PIXELS_PER_SLICE;
    target.step(slices);
  };
  const onKey = (event: KeyboardEvent): void => {
    // Keys with a modifier belong to the app.
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keyAction(event.key, target);
    if (event.key === ' ') isSpaceDown = true;
    if (action === null && event.key !== ' ') return;
    event.preventDefault();
    action?.();
  };

  // The range input must not follow the pointer as a slider does.
  for (const type of ['mousedown', 'touchstart'] as const) {
    surface.addEventListener(type, (event) => event.preventDefault(), { signal, passive: false });
  }
  surface.addEventListener('pointerdown', onDown, { signal });
  surface.addEventListener('pointermove', onMove, { signal });
  surface.addEventListener('pointerup', onUp, { signal });
  surface.addEventListener('pointercancel', onUp, { signal });
  surface.addEventListener('pointerleave', () => target.hover(null), { signal });
  surface.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  frame.addEventListener('wheel', onWheel, { signal, passive: false });
  surface.addEventListener('keydown', onKey, { signal });
  surface.addEventListener('keyup', (event) => { if (event.key === ' ') isSpaceDown = false; }, { signal });
  surface.addEventListener('blur', () => { isSpaceDown = false; }, { signal });
  return () => controller.abort();
}

function keyAction(key: string, target: GestureTarget): (() => void) | null {
  switch (key) {
    case 'ArrowUp':
    case 'PageUp':
      return () => target.step(-SLICES_PER_KEY);
    case 'ArrowDown':
    case 'PageDown':
      return () => target.step(SLICES_PER_KEY);
    case '+':
    case '=':
      return () => target.zoom(KEY_ZOOM);
    case '-':
    case '_':
      return () => target.zoom(1 / KEY_ZOOM);
    default:
      return null;
  }
}
