import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { SnapResult } from '#src/core/levels/snap-to-body.ts';
import type { SourceBlock } from '#src/core/volume/volume-source.ts';

/** One body to look for. */
export type BodyRequest = { readonly id: number; readonly block: SourceBlock; readonly at: WorldPoint };
export type BodyReply = { readonly id: number; readonly snap: SnapResult };
