import type { WorldPoint } from '../../geometry/spaces.ts';
import type { VolumeSource } from '../../volume/volume-source.ts';
import { cellOf, type AxialSlab } from '../axial-slab.ts';
import type { Roi } from '../roi.ts';
import type { VertebraFit } from '../vertebra-fit.ts';
import { sampleBody } from './body-grid.ts';
import { bridgeSectors } from './bridges.ts';
import { findFoci, type Foci } from './foci.ts';
import { metalBeside } from './metal-beside.ts';
import { findStreaks, type Streaks } from './streaks.ts';

/** What the voxels of a body and its surroundings say against its numbers; judged by core/results/gates. */
export type DoubtFacts = Foci & {
  readonly metalMm3: number;
  /** Null without metal in the slices of the body. */
  readonly streaks: Streaks | null;
  /** Null without a fit, which knows where the rims are. */
  readonly bridgeSectors: number | null;
};

/**
 * @param centreLps of the mark; a fit's own centre counts where there is one
 * @param roi where it is measured, null where it is not
 * @param slab at the mark
 */
export function inspectDoubts(volume: VolumeSource, centreLps: WorldPoint, fit: VertebraFit | null, roi: Roi | null, slab: AxialSlab): DoubtFacts {
  return {
    ...findFoci(sampleBody(volume, centreLps, fit), roi),
    metalMm3: metalBeside(volume, centreLps),
    streaks: findStreaks(slab, cellOf(slab, centreLps)),
    bridgeSectors: fit === null ? null : bridgeSectors(volume, fit),
  };
}
