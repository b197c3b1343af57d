import { useEffect } from 'react';
import { LEVELS, type Level } from '#src/core/levels/level.ts';
import { nextSeriesOf } from '#src/session/index.ts';
import type { PrimaryTool } from '#src/viewer/index.ts';
import { useSession } from '../use-session.ts';
import { NAME_CHOICE_ID } from './name-choice-id.ts';

/** Digits by the level's own number: 1 to 5 lumbar, 8, 9 and 0 for T10, T11 and T12. */
export const KEY_OF_LEVEL: Readonly<Record<Level, string>> = { T10: '8', T11: '9', T12: '0', L1: '1', L2: '2', L3: '3', L4: '4', L5: '5' };

const TOOL_KEYS: Readonly<Record<string, PrimaryTool>> = { c: 'crosshair', w: 'window', p: 'pan', z: 'zoom' };

/** Page-wide keys of picking and viewing; quiet while a text field or a dialog has the focus. */
export function usePickingKeys(): void {
  const { explaining, openSeries, picking, placeOffered, viewer, store } = useSession();
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      if (event.ctrlKey || event.metaKey) {
        if (key === 'z' && event.shiftKey) picking.redo();
        else if (key === 'z') picking.undo();
        else if (key === 'y') picking.redo();
        else return;
        event.preventDefault();
        return;
      }
      // Where a control has the focus, Enter is the control's.
      if (key === 'enter' && !isOnControl(event.target)) picking.confirmAll();
      else if (!runPlainKey(key)) return;
      event.preventDefault();
    }

    function runPlainKey(key: string): boolean {
      const state = store.getState();
      if (state.openSeriesId === null) return false;
      const level = LEVELS.find((one) => KEY_OF_LEVEL[one] === key);
      const tool = TOOL_KEYS[key];
      const focus = viewer.focus();
      const nextSeries = nextSeriesOf(state);
      if (level) picking.arm(level);
      else if (tool) viewer.setPrimaryTool(tool);
      else if (key === '[') picking.shift(-1);
      else if (key === ']') picking.shift(1);
      else if (key === 'y') picking.confirmAll();
      else if (key === 'b') return placeOffered();
      else if (key === 'l') focusNameChoice();
      else if (key === 'escape') picking.arm(null);
      else if ((key === 'delete' || key === 'backspace') && state.selectedLevel) picking.remove(state.selectedLevel);
      else if (key === 'r') viewer.resetView();
      else if (key === 'a') explaining.showActivation(!state.isActivationShown);
      else if (key === 's') viewer.curved.setShown(!viewer.curved.snapshot().isAsked);
      else if (key === 'n' && nextSeries) void openSeries(nextSeries.id);
      else if (key === 'x' && focus) picking.pickAt(focus);
      else return false;
      return true;
    }

    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [explaining, openSeries, picking, placeOffered, viewer, store]);
}

function isOnControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, summary, [role=button], [role=tab]') !== null;
}

function focusNameChoice(): void {
  document.getElementById(NAME_CHOICE_ID)?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName) && target.getAttribute('type') !== 'range' || target.closest('[role=dialog]') !== null);
}
