import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { boxForSnap, type SnapResult } from '#src/core/levels/snap-to-body.ts';
import { extendChain, type FittedVertebra } from '#src/core/spine/extend-chain.ts';
import { isFitted } from '#src/core/spine/find-spine.ts';
import { proposeSpine } from '#src/core/spine/propose-spine.ts';
import { planReduction, slabSlices, type Reduction } from '#src/core/spine/reduce-volume.ts';
import type { SpineProposal } from '#src/core/spine/spine-proposal.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from './engine.ts';
import type { SpineFiles } from './load-spine-model.ts';
import type { SpineAnswers, SpineRequest } from './spine-messages.ts';
import { WorkerLink, type WorkerPort } from './worker-link.ts';

/** How far a search is, in parts of {@link SPINE_PARTS}. */
export type SpineProgress = (done: number) => void;

/** Reading the scan counts for half of the time, network and fits for the rest. */
export const SPINE_PARTS = 100;
const READ_PARTS = 50;
const FOUND_PARTS = 80;
const FITTED_PARTS = 95;

export interface SpineFinder {
  /**
   * Looks for vertebrae in a whole scan, in a worker of its own that is ended afterwards: a pick that is analysed meanwhile does not wait.
   * An abort ends the worker and gives `cancelled`. A proposal without vertebrae is an answer, not a failure.
   */
  find(volume: VolumeSource, signal: AbortSignal, onProgress: SpineProgress): Promise<Result<SpineProposal, InferenceProblem>>;
}

type SpineLink = WorkerLink<SpineRequest, SpineAnswers>;

/** Voxels copied at once: 2 MB, a few milliseconds of the page. */
const SLAB_VOXELS = 1_000_000;

/** @param readModel reads the network's folder; called for each search */
export function createFinder(createWorker: () => WorkerPort, readModel: () => Promise<Result<SpineFiles, InferenceProblem>>): SpineFinder {
  return {
    async find(volume, signal, onProgress) {
      const started = performance.now();
      const link: SpineLink = new WorkerLink(createWorker());
      const end = (): void => link.close();
      signal.addEventListener('abort', end);
      try {
        // The runtime starts while the scan is read.
        const [loaded, read] = await Promise.all([loadModel(link, readModel), sendScan(link, volume, onProgress)]);
        if (!loaded.ok) return loaded;
        if (!read.ok) return read;
        const answer = await link.ask({ type: 'find-spine' });
        if (!answer.ok) return answer;
        onProgress(FOUND_PARTS);
        const { found } = answer.value;
        const fit = (at: WorldPoint): Promise<SnapResult> => fitBody(link, volume, at);
        const chain: FittedVertebra[] = [];
        for (const one of found) {
          chain.push({ found: one, body: isFitted(one.name) ? await fit(one.centreLps) : null });
          onProgress(Math.round(FOUND_PARTS + ((FITTED_PARTS - FOUND_PARTS) * chain.length) / found.length));
        }
        const extended = await extendChain(volume, chain, fit, () => link.death === null);
        if (link.death !== null) return fail(link.death);
        onProgress(SPINE_PARTS);
        return ok(proposeSpine(extended, performance.now() - started));
      } finally {
        signal.removeEventListener('abort', end);
        link.close();
      }
    },
  };
}

async function loadModel(link: SpineLink, readModel: () => Promise<Result<SpineFiles, InferenceProblem>>): Promise<Result<null, InferenceProblem>> {
  const files = await readModel();
  if (!files.ok) return files;
  const loaded = await link.ask({ type: 'load-spine', ...files.value });
  return loaded.ok ? ok(null) : loaded;
}

/** Slab by slab, the next one while the worker averages the one before: the page copies and never computes. */
async function sendScan(link: SpineLink, volume: VolumeSource, onProgress: SpineProgress): Promise<Result<null, InferenceProblem>> {
  const plan = planReduction(volume);
  const [, , slices] = volume.sizeVox;
  const step = slabSlices(plan, SLAB_VOXELS);
  let before = sendSlab(link, volume, plan, 0, step);
  for (let first = step; first < slices; first += step) {
    const sent = sendSlab(link, volume, plan, first, step);
    const answer = await before;
    if (!answer.ok) return answer;
    onProgress(Math.round((READ_PARTS * first) / slices));
    before = sent;
  }
  return before;
}

async function sendSlab(link: SpineLink, volume: VolumeSource, plan: Reduction, firstSlice: number, count: number): Promise<Result<null, InferenceProblem>> {
  if (link.death !== null) return { ok: false, error: link.death };
  const { valuesHu } = volume.readBlock({ min: [0, 0, firstSlice], max: [volume.sizeVox[0], volume.sizeVox[1], firstSlice + count] });
  return link.ask({ type: 'slab', plan, firstSlice, valuesHu }, { transfer: [valuesHu.buffer] });
}

/** The body round a point; without a worker none, which the end of the search makes good. */
async function fitBody(link: SpineLink, volume: VolumeSource, centreLps: WorldPoint): Promise<SnapResult> {
  const nothing: SnapResult = { centreLps, confidence: 0, moved: false, halfWidthMm: 0, halfDepthMm: 0, heightMm: 0 };
  if (link.death !== null) return nothing;
  const block = volume.readBlock(boxForSnap(volume, centreLps));
  const answer = await link.ask({ type: 'fit-body', block, centreLps }, { transfer: [block.valuesHu.buffer] });
  return answer.ok ? answer.value : nothing;
}
