import type { WorldPoint } from '#src/core/geometry/spaces.ts';
import { boxForSnap, type SnapResult } from '#src/core/levels/snap-to-body.ts';
import { extendChain, type FittedVertebra } from '#src/core/spine/extend-chain.ts';
import { isFitted } from '#src/core/spine/find-spine.ts';
import { proposeSpine } from '#src/core/spine/propose-spine.ts';
import { planReduction, slabSlices, type Reduction } from '#src/core/spine/reduce-volume.ts';
import type { SpineProposal } from '#src/core/spine/spine-proposal.ts';
import type { SourceBlock, VolumeSource } from '#src/core/volume/volume-source.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from './engine.ts';
import type { SpineFiles } from './load-spine-model.ts';
import type { OrtBuild } from './ort-build.ts';
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
   * An abort ends the worker and gives `cancelled`; one that dies is replaced once, and the search begins again. A proposal without vertebrae is an answer, not a failure.
   */
  find(volume: VolumeSource, signal: AbortSignal, onProgress: SpineProgress): Promise<Result<SpineProposal, InferenceProblem>>;
}

type SpineLink = WorkerLink<SpineRequest, SpineAnswers>;

/** Voxels copied at once: 2 MB, a few milliseconds of the page. */
const SLAB_VOXELS = 1_000_000;

/**
 * @param readModel reads the network's folder; called for each search
 * @param readBuild this machine's build of the runtime
 */
export function createFinder(createWorker: () => WorkerPort, readModel: () => Promise<Result<SpineFiles, InferenceProblem>>, readBuild: () => Promise<OrtBuild>): SpineFinder {
  return {
    async find(volume, signal, onProgress) {
      const started = performance.now();
      const first = await search(volume, signal, onProgress, started);
      return !first.ok && first.error.code === 'worker-crashed' && !signal.aborted ? search(volume, signal, onProgress, started) : first;
    },
  };

  async function search(volume: VolumeSource, signal: AbortSignal, onProgress: SpineProgress, started: number): Promise<Result<SpineProposal, InferenceProblem>> {
    const link: SpineLink = new WorkerLink(createWorker());
    const end = (): void => link.close();
    signal.addEventListener('abort', end);
    try {
      // The runtime starts while the scan is read.
      const [loaded, read] = await Promise.all([loadModel(link, readModel, readBuild), sendScan(link, volume, onProgress)]);
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
      return ok(proposeSpine(extended, volume, performance.now() - started));
    } finally {
      signal.removeEventListener('abort', end);
      link.close();
    }
  }
}

async function loadModel(link: SpineLink, readModel: () => Promise<Result<SpineFiles, InferenceProblem>>, readBuild: () => Promise<OrtBuild>): Promise<Result<null, InferenceProblem>> {
  const [files, build] = await Promise.all([readModel(), readBuild()]);
  if (!files.ok) return files;
  const loaded = await link.ask({ type: 'load-spine', build, ...files.value });
  if (loaded.ok) return ok(null);
  if (build === 'plain' || loaded.error.code !== 'session-failed') return loaded;
  // As the engine does: a build with WebGPU that does not start here leaves the plain one.
  const again = await link.ask({ type: 'load-spine', build: 'plain', ...files.value });
  return again.ok ? ok(null) : again;
}

/** Slab by slab, the next one while the worker averages the one before: the page copies and never computes. */
async function sendScan(link: SpineLink, volume: VolumeSource, onProgress: SpineProgress): Promise<Result<null, InferenceProblem>> {
  const plan = planReduction(volume);
  const [, , slices] = volume.sizeVox;
  const step = slabSlices(plan, SLAB_VOXELS);
  let before = sendSlab(link, volume, plan, 0, step);
  let spare: SourceBlock['valuesHu'] | undefined;
  for (let first = step; first < slices; first += step) {
    const sent = sendSlab(link, volume, plan, first, step, spare);
    const answer = await before;
    if (!answer.ok) return answer;
    spare = answer.value;
    onProgress(Math.round((READ_PARTS * first) / slices));
    before = sent;
  }
  const last = await before;
  return last.ok ? ok(null) : last;
}

async function sendSlab(link: SpineLink, volume: VolumeSource, plan: Reduction, firstSlice: number, count: number, reuse?: SourceBlock['valuesHu']): Promise<Result<SourceBlock['valuesHu'], InferenceProblem>> {
  if (link.death !== null) return { ok: false, error: link.death };
  const { valuesHu } = volume.readBlock({ min: [0, 0, firstSlice], max: [volume.sizeVox[0], volume.sizeVox[1], firstSlice + count] }, reuse);
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
