import type { WorldPoint } from '../../geometry/spaces.ts';
import type { VolumeSource } from '../../volume/volume-source.ts';
import type { VertebraFit } from '../vertebra-fit.ts';
import { sampleBody } from './body-grid.ts';
import { bridgeSectors } from './bridges.ts';
import { findFoci, type Foci } from './foci.ts';
import { metalBeside } from './metal-beside.ts';

/** What the voxels of a body and its surroundings say against its numbers; judged by core/results/gates. */
export type DoubtFacts = Foci & {
  readonly metalMm3: number;
  /** Null without a fit, which knows where the rims are. */
  readonly bridgeSectors: number | null;
};

/** @param centreLps of the mark; a fit's own centre counts where there is one */
export function inspectDoubts(volume: VolumeSource, centreLps: WorldPoint, fit: VertebraFit | null): DoubtFacts {
  return {
    ...findFoci(sampleBody(volume, centreLps, fit)),
    metalMm3: metalBeside(volume, centreLps),
    bridgeSectors: fit === null ? null : bridgeSectors(volume, fit),
  };
}
