import type { EllipticalCylinder } from '../geometry/elliptical-cylinder.ts';
import type { WorldPoint } from '../geometry/spaces.ts';
import type { VertebraName } from './vertebra-name.ts';

/** What the reader has said of a level (design.md section 4). */
export type PickState = 'proposed' | 'confirmed' | 'edited' | 'rejected';

/** Below this the app says "level uncertain" and asks for the name of one vertebra; of {@link ProposalTrust.nameConfidence}. */
export const NAME_SURE = 0.9;

/** How sure the app is of a level that it proposed itself; both 0 to 1. */
export type ProposalTrust = {
  /** That a vertebral body is there. */
  readonly confidence: number;
  /** That its name is right; 1 where it was counted from a vertebra that the reader named. */
  readonly nameConfidence: number;
};

/** A landmark in view from which levels are counted. */
export const NAME_ANCHORS = ['sacrum', 'last-rib', 'first-rib'] as const;
export type NameAnchor = (typeof NAME_ANCHORS)[number];

/** How the app came to a name that no reader has given. */
export type NameCount = {
  /** 0 to 1: how sure the app was that the name is right. */
  readonly confidence: number;
  /** What it counted from; empty where nothing was in view, and the name is by shape and place alone. */
  readonly anchors: readonly NameAnchor[];
};

/** One vertebra pointed at: its label and the centre of its body. */
export type LevelPick = {
  readonly level: VertebraName;
  readonly centreLps: WorldPoint;
  readonly state: PickState;
  /** Only while the pick is the app's own proposal: what comes from a file or from the reader's hand has none. */
  readonly proposal?: ProposalTrust;
  /** While the name is the app's own, also after the reader has confirmed it; gone once the reader names, renames or shifts it. */
  readonly nameCount?: NameCount;
  /** The reader's own measuring region; absent: it follows the body. */
  readonly roi?: EllipticalCylinder;
};

/** The app's own proposal, on which the reader has said nothing yet. */
export function isOwnProposal(pick: LevelPick): pick is LevelPick & { readonly proposal: ProposalTrust } {
  return pick.state === 'proposed' && pick.proposal !== undefined;
}
