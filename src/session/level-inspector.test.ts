import { describe, expect, it } from 'vitest';
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import { boxForFit } from '#src/core/measure/vertebra-fit.ts';
import { readPart, sourceOfPart } from '#src/core/volume/volume-part.ts';
import type { VolumeSource } from '#src/core/volume/volume-source.ts';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { loadMeasuringCase, measuringCaseNames, SMALL_CASES } from '#src/testing/measuring-cases.ts';
import { loadReferenceCt, REFERENCE_CTS, referenceLevels } from '#src/testing/reference-centres.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { createLevelInspector, type InspectedLevel } from './level-inspector.ts';
import { runTask, type LevelReply, type LevelRequest } from './level-task.ts';

/** A worker that gets clones, as over a real port, and answers on request, or fails. */
function fakeWorker() {
  const listeners = new Map<string, (event: unknown) => void>();
  const requests: LevelRequest[] = [];
  const worker = {
    postMessage: (request: LevelRequest, transfer: Transferable[]) => { requests.push(structuredClone(request, { transfer })); },
    terminate: () => { listeners.clear(); },
    addEventListener: (type: string, listener: (event: unknown) => void) => { listeners.set(type, listener); },
  };
  const answer = () => {
    const request = requests.at(-1);
    if (request === undefined) throw new Error('Nothing was asked.');
    const reply: LevelReply = { id: request.id, found: runTask(sourceOfPart(request.part), request.task) };
    listeners.get('message')?.({ data: structuredClone(reply) });
  };
  return { worker: worker as unknown as Worker, requests, answer, crash: () => listeners.get('error')?.({}) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const never = () => new AbortController().signal;
const noWorker = (): never => { throw new Error('No workers here.'); };

async function inWorker(volume: VolumeSource, centreLps: WorldPoint): Promise<InspectedLevel> {
  const fake = fakeWorker();
  const asked = createLevelInspector(() => fake.worker)(volume, { centreLps }, 120, never());
  fake.answer();
  await settled();
  fake.answer();
  return asked;
}

function onPage(volume: VolumeSource, centreLps: WorldPoint): Promise<InspectedLevel> {
  return createLevelInspector(noWorker)(volume, { centreLps }, 120, never());
}

/** A body of 44 × 32 × 26 mm with a shell round (5, −70, 300), on oblique axes. */
const [c, s] = [Math.cos(0.2), Math.sin(0.2)];
const volume = makeSyntheticVolume((x, y, z) => {
  const radius = Math.hypot((x - 5) / 22, (y + 70) / 16);
  const height = Math.abs(z - 300);
  if (radius > 1 || height > 13) return 20;
  return radius > 0.9 || height > 11.5 ? 500 : 160;
}, { sizeVox: [70, 70, 60], spacingMm: [1.6, 1.7, 2.1], origin: worldPoint(-50, -130, 240), directions: [[c, s, 0], [-s, c, 0], [0, 0, 1]] });
const centre = worldPoint(5, -70, 300);

describe('a level by its blocks is to the last bit that by the whole scan', () => {
  it('where a body is found, and where the scan ends', async () => {
    const answer = await onPage(volume, centre);
    expect(answer.choice.source).toBe('body');
    expect(await inWorker(volume, centre)).toStrictEqual(answer);
    const atEdge = worldPoint(-20, -110, 241);
    const cut = await onPage(volume, atEdge);
    expect(cut.facts.measured.ok).toBe(false);
    expect(await inWorker(volume, atEdge)).toStrictEqual(cut);
  });

  it.each(measuringCaseNames(SMALL_CASES, 'small'))('simulated vertebra %s', async (name) => {
    const one = loadMeasuringCase(SMALL_CASES, name);
    expect(await inWorker(one.volume, one.truth.pick)).toStrictEqual(await onPage(one.volume, one.truth.pick));
  });

  it.skipIf(!hasTestData('reference.json')).each(REFERENCE_CTS)(`%s (skipped where ${NO_TEST_DATA})`, async (name) => {
    const ct = loadReferenceCt(name);
    const levels = referenceLevels(name);
    for (const { level, centre: centreLps } of levels) expect(await inWorker(ct, centreLps), level).toStrictEqual(await onPage(ct, centreLps));
    expect(levels.length).toBeGreaterThan(0);
  }, 60_000);

  it('refuses voxels that were not copied, rather than take them for the edge of the scan', () => {
    const box = boxForFit(volume, centre);
    const part = sourceOfPart(readPart(volume, [box]));
    expect(part.readBlock(box)).toStrictEqual(volume.readBlock(box));
    expect(() => part.readBlock({ ...box, max: [box.max[0], box.max[1], box.max[2] - 1] })).toThrow(RangeError);
  });
});

describe('createLevelInspector', () => {
  it('gives the job of a worker that died to another', async () => {
    const answer = await onPage(volume, centre);
    const workers = [fakeWorker(), fakeWorker()] as const;
    let starts = 0;
    const inspect = createLevelInspector(() => { starts += 1; return (workers[starts - 1] ?? noWorker()).worker; });
    const asked = inspect(volume, { centreLps: centre }, 120, never());
    workers[0].crash();
    expect(workers[1].requests.map(({ task }) => task)).toEqual(workers[0].requests.map(({ task }) => task));
    workers[1].answer();
    await settled();
    workers[1].answer();
    expect(await asked).toStrictEqual(answer);
  });

  it('does a job on the page that two workers died of, and starts no fourth worker', async () => {
    let starts = 0;
    let crash = (): void => undefined;
    const inspect = createLevelInspector(() => {
      starts += 1;
      const fake = fakeWorker();
      crash = fake.crash;
      return fake.worker;
    });
    const asked = inspect(volume, { centreLps: centre }, 120, never());
    crash();
    crash();
    await settled();
    expect(starts).toBe(3);
    crash();
    const answer = await onPage(volume, centre);
    expect(await asked).toStrictEqual(answer);
    expect(await inspect(volume, { centreLps: centre }, 120, never())).toStrictEqual(answer);
    expect(starts).toBe(3);
  });

  it('never sends what was aborted while it waited, and drops the answer to what was aborted meanwhile', async () => {
    const fake = fakeWorker();
    const inspect = createLevelInspector(() => fake.worker);
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = inspect(volume, { centreLps: worldPoint(9, -66, 296) }, 120, running.signal);
    const second = inspect(volume, { centreLps: worldPoint(8, -66, 296) }, 120, waiting.signal);
    const third = inspect(volume, { centreLps: centre }, 120, never());
    running.abort();
    waiting.abort();
    await expect(first).rejects.toThrow('aborted');
    await expect(second).rejects.toThrow('aborted');
    for (let n = 0; n < 3; n += 1) {
      fake.answer();
      await settled();
    }
    expect(fake.requests.map(({ task }) => [task.kind, task.centreLps[0]])).toEqual([['choose', 9], ['choose', 5], ['inspect', 5]]);
    expect(await third).toStrictEqual(await onPage(volume, centre));
  });

  it('says why where the volume was closed, and goes on with the next', async () => {
    const fake = fakeWorker();
    const inspect = createLevelInspector(() => fake.worker);
    const closed: VolumeSource = { id: 'closed', sizeVox: volume.sizeVox, indexToWorld: volume.indexToWorld, readBlock: () => { throw new RangeError('Slice 3 is not loaded.'); } };
    await expect(inspect(closed, { centreLps: centre }, 120, never())).rejects.toThrow('Slice 3');
    const next = inspect(volume, { centreLps: centre }, 120, never());
    fake.answer();
    await settled();
    fake.answer();
    expect((await next).choice.source).toBe('body');
  });
});
