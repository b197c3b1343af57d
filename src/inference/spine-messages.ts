import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import type { SnapResult } from '#src/core/levels/snap-to-body.ts';
import type { FoundVertebra } from '#src/core/spine/find-spine.ts';
import type { Reduction } from '#src/core/spine/reduce-volume.ts';
import type { SpineManifest } from '#src/core/spine/spine-manifest.ts';
import type { SourceBlock } from '#src/core/volume/volume-source.ts';
import type { OrtBuild } from './ort-build.ts';

/* Everything that crosses between the page and the worker that looks for the spine: one worker for one scan. */

export type LoadSpineRequest = { readonly type: 'load-spine'; readonly build: OrtBuild; readonly manifest: SpineManifest; readonly model: ArrayBuffer };

/** Whole slices of the scan in their order; the first slab starts the scan. */
export type SlabRequest = { readonly type: 'slab'; readonly plan: Reduction; readonly firstSlice: number; readonly valuesHu: SourceBlock['valuesHu'] };

/** After all slabs and the model: run the network and read its answer. */
export type FindSpineRequest = { readonly type: 'find-spine' };

/** Fit a body round a centre that was found. The block is that of `boxForSnap`. */
export type FitBodyRequest = { readonly type: 'fit-body'; readonly block: SourceBlock; readonly centreLps: WorldPoint };

export type SpineRequest = LoadSpineRequest | SlabRequest | FindSpineRequest | FitBodyRequest;

export type SpineAnswers = {
  'load-spine': { readonly threads: number; readonly startMs: number };
  /** The slab's values, for the next one: a scan that passes by in new arrays would pile up until they are collected. */
  'slab': SourceBlock['valuesHu'];
  /** `networkMs` is the network's time alone. */
  'find-spine': { readonly found: readonly FoundVertebra[]; readonly networkMs: number };
  'fit-body': SnapResult;
};

export type SpineAnswer = SpineAnswers[keyof SpineAnswers];
