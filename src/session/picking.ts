import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import type { EllipticalCylinder } from '#src/core/geometry/elliptical-cylinder.ts';
import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { isOwnProposal, type LevelPick } from '#src/core/levels/pick.ts';
import {
  armLevel,
  confirmAll,
  confirmPick,
  editRoi,
  findPick,
  movePick,
  placePick,
  placeProposals,
  redoPick,
  rejectPick,
  removePick,
  renamePick,
  shiftAll,
  undoPick,
  type PickHistory,
} from '#src/core/levels/picks.ts';
import type { NameProblem } from '#src/core/levels/rename.ts';
import { walkSpine } from '#src/core/levels/walk-spine.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import type { Result } from '#src/lib/result.ts';
import type { FindBody } from './body-finder.ts';
import { tell } from './messages.ts';
import type { SessionStore } from './state.ts';

export type Picking = {
  readonly arm: (level: VertebraName | null) => void;
  /** Places the armed level at the body round this point, and its neighbours as proposals. False when no level is armed or nothing is open: the click is not used. */
  readonly pickAt: (point: WorldPoint) => boolean;
  /** Moves a mark exactly where the reader puts it: no snapping. */
  readonly move: (level: VertebraName, to: WorldPoint) => void;
  /** Removes what the reader placed; a proposal is kept in mind as rejected. */
  readonly remove: (level: VertebraName) => void;
  /** The measuring region that the reader drew; null: the one by convention again. */
  readonly editRoi: (level: VertebraName, roi: EllipticalCylinder | null) => void;
  readonly confirm: (level: VertebraName) => void;
  readonly confirmAll: () => void;
  /** The right name of one vertebra; `isAlong`: the others are renamed with it. */
  readonly rename: (level: VertebraName, to: VertebraName, isAlong: boolean) => void;
  readonly shift: (steps: 1 | -1) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly select: (level: VertebraName | null) => void;
  /** Confidence of the snap that gave this centre; null where no snap did. */
  readonly snapConfidenceAt: (centre: WorldPoint) => number | null;
};

export type PickingParts = {
  readonly store: SessionStore;
  readonly openVolume: () => VolumeSource | null;
  readonly findBody: FindBody;
  /** False: a pick stands alone. */
  readonly proposesNeighbours: boolean;
};

/** The reader's edits of the picks; analyses follow by themselves. */
export function createPicking({ store, openVolume, findBody, proposesNeighbours }: PickingParts): Picking {
  // By place, so that undo and a shift of labels find it again.
  const snapConfidences = new Map<string, number>();
  const keyOf = (point: WorldPoint) => point.join(' ');
  const change = (next: (history: PickHistory) => PickHistory) => store.setState({ picks: next(store.getState().picks) });
  const picksNow = (): readonly LevelPick[] => store.getState().picks.present.picks;

  async function place(volume: VolumeSource, level: VertebraName, point: WorldPoint): Promise<void> {
    const snap = await findBody(volume, point);
    if (openVolume() !== volume) return;
    snapConfidences.set(keyOf(snap.centreLps), snap.confidence);
    const pick: LevelPick = { level, centreLps: snap.centreLps, state: 'confirmed' };
    // The reader may have armed another level while the body was looked for.
    const { armed } = store.getState().picks.present;
    change((history) => placePick(history, pick));
    if (armed !== level) change((history) => armLevel(history, armed));
    store.setState({ selectedLevel: level });
    if (proposesNeighbours && snap.moved) await proposeNeighbours(volume, pick);
  }

  /** As one step of undo, and only while the pick stands; a search of the whole scan that is under way does it better. */
  async function proposeNeighbours(volume: VolumeSource, pick: LevelPick): Promise<void> {
    const isWanted = (): boolean => openVolume() === volume && store.getState().spine.status !== 'running' && picksNow().includes(pick);
    const find = (at: WorldPoint) => findBody(volume, at);
    const found = await walkSpine({ volume, start: pick, taken: picksNow(), find, isWanted });
    if (found.length === 0 || !isWanted()) return;
    change((history) => placeProposals(history, [...picksNow().filter(isOwnProposal), ...found]));
  }

  /** The same vertebra stays selected under its new name; a refusal is said. */
  function takeNames(renamed: Result<PickHistory, NameProblem>): void {
    if (!renamed.ok) {
      tell(store, 'note', renamed.error.sentence);
      return;
    }
    const { selectedLevel, picks } = store.getState();
    const selected = selectedLevel === null ? undefined : findPick(picks.present, selectedLevel);
    const same = renamed.value.present.picks.find((pick) => pick.centreLps === selected?.centreLps);
    store.setState({ picks: renamed.value, selectedLevel: same?.level ?? null });
  }

  return {
    arm: (level) => change((history) => armLevel(history, level)),
    pickAt(point) {
      const volume = openVolume();
      const { armed } = store.getState().picks.present;
      if (volume === null || armed === null) return false;
      void place(volume, armed, point);
      return true;
    },
    move: (level, to) => change((history) => movePick(history, level, to)),
    remove(level) {
      const isProposal = findPick(store.getState().picks.present, level)?.state === 'proposed';
      change((history) => (isProposal ? rejectPick(history, level) : removePick(history, level)));
      if (store.getState().selectedLevel === level) store.setState({ selectedLevel: null });
    },
    editRoi: (level, roi) => change((history) => editRoi(history, level, roi)),
    confirm: (level) => change((history) => confirmPick(history, level)),
    confirmAll: () => change(confirmAll),
    rename: (level, to, isAlong) => takeNames(renamePick(store.getState().picks, level, to, isAlong)),
    shift: (steps) => takeNames(shiftAll(store.getState().picks, steps)),
    undo: () => change(undoPick),
    redo: () => change(redoPick),
    select(level) {
      if (level === null || findPick(store.getState().picks.present, level)) store.setState({ selectedLevel: level });
    },
    snapConfidenceAt: (centre) => snapConfidences.get(keyOf(centre)) ?? null,
  };
}
