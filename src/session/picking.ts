import { shiftLevel, type Level } from '#src/core/levels/level.ts';
import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import {
  armLevel,
  findPick,
  movePick,
  placePick,
  redoPick,
  removePick,
  shiftAll,
  undoPick,
  type PickHistory,
} from '#src/core/levels/picks.ts';
import { snapToBody } from '#src/core/levels/snap-to-body.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { tell } from './messages.ts';
import type { SessionStore } from './state.ts';

export type Picking = {
  readonly arm: (level: Level | null) => void;
  /** Places the armed level at the body round this point. False when no level is armed or nothing is open: the click is not used. */
  readonly pickAt: (point: WorldPoint) => boolean;
  /** Moves a mark exactly where the reader puts it: no snapping. */
  readonly move: (level: Level, to: WorldPoint) => void;
  readonly remove: (level: Level) => void;
  readonly shift: (steps: 1 | -1) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly select: (level: Level | null) => void;
  /** Confidence of the snap that gave this centre; null where no snap did. */
  readonly snapConfidenceAt: (centre: WorldPoint) => number | null;
};

/** The reader's edits of the picks; analyses follow by themselves. */
export function createPicking(store: SessionStore, openVolume: () => VolumeSource | null): Picking {
  // By place, so that undo and a shift of labels find it again.
  const snapConfidences = new Map<string, number>();
  const keyOf = (point: WorldPoint) => point.join(' ');
  const change = (next: (history: PickHistory) => PickHistory) => store.setState({ picks: next(store.getState().picks) });

  return {
    arm: (level) => change((history) => armLevel(history, level)),
    pickAt(point) {
      const volume = openVolume();
      const { armed } = store.getState().picks.present;
      if (volume === null || armed === null) return false;
      const snap = snapToBody(volume, point);
      snapConfidences.set(keyOf(snap.centreLps), snap.confidence);
      change((history) => placePick(history, { level: armed, centreLps: snap.centreLps, state: 'confirmed' }));
      store.setState({ selectedLevel: armed });
      return true;
    },
    move: (level, to) => change((history) => movePick(history, level, to)),
    remove(level) {
      change((history) => removePick(history, level));
      if (store.getState().selectedLevel === level) store.setState({ selectedLevel: null });
    },
    shift(steps) {
      const shifted = shiftAll(store.getState().picks, steps);
      if (!shifted.ok) {
        tell(store, 'note', shifted.error.sentence);
        return;
      }
      const { selectedLevel } = store.getState();
      store.setState({ picks: shifted.value, selectedLevel: selectedLevel === null ? null : shiftLevel(selectedLevel, steps) });
    },
    undo: () => change(undoPick),
    redo: () => change(redoPick),
    select(level) {
      if (level === null || findPick(store.getState().picks.present, level)) store.setState({ selectedLevel: level });
    },
    snapConfidenceAt: (centre) => snapConfidences.get(keyOf(centre)) ?? null,
  };
}
