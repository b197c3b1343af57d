import type { WorldPoint } from '../geometry/spaces.ts';
import type { Level } from './level.ts';

/** What the reader has said of a level (design.md section 4). */
export type PickState = 'proposed' | 'confirmed' | 'edited' | 'rejected';

/** One vertebra pointed at: its label and the centre of its body. */
export type LevelPick = {
  readonly level: Level;
  readonly centreLps: WorldPoint;
  readonly state: PickState;
};
