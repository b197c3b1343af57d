import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import type { FoundVertebra } from '#src/core/spine/find-spine.ts';
import { VolumeReducer, planReduction } from '#src/core/spine/reduce-volume.ts';
import { parseSpineManifest } from '#src/core/spine/spine-manifest.ts';
import { VERTEBRAE, type VertebraName } from '#src/core/levels/vertebra-name.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import type { InferenceProblem } from './engine.ts';
import type { SpineFiles } from './load-spine-model.ts';
import type { OrtBuild } from './ort-build.ts';
import { createFinder } from './spine-finder.ts';
import type { SpineAnswer, SpineRequest } from './spine-messages.ts';
import type { WorkerPort } from './worker-link.ts';

const parsed = parseSpineManifest(JSON.parse(readFileSync('public/models/osteolens-spine/manifest.json', 'utf8')));
if (!parsed.ok) throw new Error(parsed.error.sentence);
const FILES: SpineFiles = { manifest: parsed.value, model: new ArrayBuffer(8) };

type Behaviour = (request: SpineRequest) => Result<SpineAnswer, InferenceProblem> | 'hang';

class FakeSpineWorker extends EventTarget implements Pick<WorkerPort, 'postMessage' | 'terminate'> {
  readonly requests: SpineRequest[] = [];
  isTerminated = false;
  private readonly behave: Behaviour;

  constructor(behave: Behaviour) {
    super();
    this.behave = behave;
  }

  postMessage(message: { id: number; request: SpineRequest }, transfer?: Transferable[] | StructuredSerializeOptions): void {
    const { id, request } = structuredClone(message, { transfer: Array.isArray(transfer) ? transfer : [] });
    this.requests.push(request);
    setTimeout(() => {
      const result = this.behave(request);
      if (result !== 'hang' && !this.isTerminated) this.dispatchEvent(new MessageEvent('message', { data: { type: 'answer', id, result } }));
    }, 1);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

function vertebra(name: VertebraName, z: number): FoundVertebra {
  return { name, centreLps: worldPoint(-20, 40, z), logit: 2, isFilled: false, nameEvidence: Float64Array.from(VERTEBRAE, (one) => (one === name ? 3 : 0)) };
}

const FOUND = [vertebra('T8', -370), vertebra('T9', -395)];

const answers: Behaviour = (request) => {
  switch (request.type) {
    case 'load-spine': return ok({ threads: 2, startMs: 1 });
    case 'slab': return ok(request.valuesHu.slice());
    case 'find-spine': return ok({ found: FOUND, networkMs: 1 });
    case 'fit-body': return ok({ centreLps: worldPoint(request.centreLps[0] + 2, request.centreLps[1], request.centreLps[2]), confidence: 0.9, moved: true, halfWidthMm: 15, halfDepthMm: 13, heightMm: 20 });
  }
};

function finderWith(behave: Behaviour, files: Result<SpineFiles, InferenceProblem> = ok(FILES), build: OrtBuild = 'plain') {
  const workers: FakeSpineWorker[] = [];
  const finder = createFinder(() => {
    const worker = new FakeSpineWorker(behave);
    workers.push(worker);
    return worker;
  }, () => Promise.resolve(files), () => Promise.resolve(build));
  return { finder, workers };
}

// 1000 × 900 voxels a slice: more than one slab.
const grid = { sizeVox: [1000, 900, 7], spacingMm: [0.4, 0.5, 1.1], origin: worldPoint(-220, -180, -402) } as const;
const volume = makeSyntheticVolume((x, y, z) => x + y + z, grid);

describe('the spine finder', () => {
  it('sends the whole scan in order and once, fits only bodies of a size that is fitted, and ends its worker', async () => {
    const { finder, workers } = finderWith(answers);
    const progress: number[] = [];
    const proposal = await finder.find(volume, new AbortController().signal, (done) => progress.push(done));
    if (!proposal.ok) throw new Error(proposal.error.sentence);
    const [worker] = workers;
    const slabs = worker?.requests.filter((request) => request.type === 'slab') ?? [];
    expect(slabs.length).toBeGreaterThan(2);
    const reducer = new VolumeReducer(planReduction(volume));
    for (const { firstSlice, valuesHu } of slabs) reducer.addSlab(firstSlice, valuesHu);
    const whole = new VolumeReducer(planReduction(volume));
    whole.addSlab(0, volume.readBlock({ min: [0, 0, 0], max: [1000, 900, 7] }).valuesHu);
    expect(reducer.finish().valuesHu).toEqual(whole.finish().valuesHu);
    expect(proposal.value.vertebrae.map(({ name, centreLps }) => [name, centreLps[0]])).toEqual([['T8', -20], ['T9', -18]]);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(100);
    expect(worker?.isTerminated).toBe(true);
  });

  it('reads the scan into two slabs in turn, however many there are', async () => {
    const given: (Int16Array | Float32Array | undefined)[] = [];
    const counted = { id: volume.id, sizeVox: volume.sizeVox, indexToWorld: volume.indexToWorld, readBlock: (...[box, reuse]: Parameters<VolumeSource['readBlock']>) => {
      if (box.max[0] - box.min[0] === 1000) given.push(reuse);
      return volume.readBlock(box);
    } };
    await finderWith(answers).finder.find(counted, new AbortController().signal, () => undefined);
    expect(given.map((one) => one === undefined)).toEqual(given.map((_one, n) => n < 2));
    expect(given.length).toBeGreaterThan(2);
  });

  it('is cancelled at once, whatever the worker is at', async () => {
    for (const stuckAt of ['load-spine', 'slab', 'find-spine', 'fit-body']) {
      const { finder, workers } = finderWith((request) => (request.type === stuckAt ? 'hang' : answers(request)));
      const controller = new AbortController();
      const finding = finder.find(volume, controller.signal, () => undefined);
      setTimeout(() => controller.abort(), 60);
      const result = await finding;
      expect(result.ok ? 'found' : result.error.code).toBe('cancelled');
      expect(workers[0]?.isTerminated).toBe(true);
    }
  });

  it('gives the reason where the network cannot be read or fails, and ends its worker', async () => {
    const unreachable: InferenceProblem = { code: 'model-unreachable', sentence: 'The spine network could not be loaded: model.onnx is not there (the server answered 404).' };
    const one = finderWith(answers, fail(unreachable));
    expect(await one.finder.find(volume, new AbortController().signal, () => undefined)).toEqual(fail(unreachable));
    expect(one.workers[0]?.isTerminated).toBe(true);
    const failed: InferenceProblem = { code: 'run-failed', sentence: 'The spine network failed on this scan.' };
    const other = finderWith((request) => (request.type === 'find-spine' ? fail(failed) : answers(request)));
    expect(await other.finder.find(volume, new AbortController().signal, () => undefined)).toEqual(fail(failed));
  });

  it('begins again with another worker where one died, and says so where that dies too', async () => {
    for (const [diesTimes, outcome] of [[1, 'found'], [2, 'worker-crashed']] as const) {
      let deaths = 0;
      const { finder, workers } = finderWith((request) => {
        if (request.type !== 'find-spine' || deaths === diesTimes) return answers(request);
        deaths += 1;
        workers.at(-1)?.dispatchEvent(new Event('error'));
        return 'hang';
      });
      const result = await finder.find(volume, new AbortController().signal, () => undefined);
      expect(result.ok ? 'found' : result.error.code).toBe(outcome);
      expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, true]);
    }
  });

  it('takes the plain build where one with WebGPU does not start', async () => {
    const failed: InferenceProblem = { code: 'session-failed', sentence: 'The spine network could not be started on this machine.' };
    const { finder, workers } = finderWith((request) => (request.type === 'load-spine' && request.build === 'jspi' ? fail(failed) : answers(request)), ok(FILES), 'jspi');
    expect((await finder.find(volume, new AbortController().signal, () => undefined)).ok).toBe(true);
    expect(workers[0]?.requests.flatMap((request) => (request.type === 'load-spine' ? [request.build] : []))).toEqual(['jspi', 'plain']);
  });

  it('proposes nothing where nothing was found, without a failure', async () => {
    const { finder } = finderWith((request) => (request.type === 'find-spine' ? ok({ found: [], networkMs: 1 }) : answers(request)));
    const proposal = await finder.find(volume, new AbortController().signal, () => undefined);
    expect(proposal.ok && proposal.value).toMatchObject({ vertebrae: [], isAnchored: false, anchors: [], alternatives: [] });
  });
});
