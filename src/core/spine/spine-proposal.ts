import type { WorldPoint, WorldVector } from '../geometry/spaces.ts';
import type { NameAnchor } from '../levels/pick.ts';
import type { VertebraName } from '../levels/vertebra-name.ts';

/** One vertebra that the spine network found, or that the chain demands between two that it found. */
export type ProposedVertebra = {
  readonly name: VertebraName;
  /** LPS, mm. */
  readonly centreLps: WorldPoint;
  /** Unit, LPS, along the spine towards the head. */
  readonly axisLps: WorldVector;
  /** 0 to 1: that a vertebral body is here. */
  readonly confidence: number;
  /** 0 to 1: posterior of this vertebra's name, over all ways to name the whole chain. */
  readonly nameConfidence: number;
};

/** All names moved by `steps` (1 towards the feet, -1 towards the head), with the probability that this is right. */
export type ShiftedNames = { readonly steps: number; readonly probability: number };

export type SpineProposal = {
  /** Head to feet; empty where no spine was found. */
  readonly vertebrae: readonly ProposedVertebra[];
  /** False: the names are a guess, "level uncertain", and one confirmation by the reader is asked for. */
  readonly isAnchored: boolean;
  readonly anchors: readonly NameAnchor[];
  /** Likeliest first, without the names that are proposed. */
  readonly alternatives: readonly ShiftedNames[];
  readonly elapsedMs: number;
};
