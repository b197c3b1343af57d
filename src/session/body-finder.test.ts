import { describe, expect, it } from 'vitest';
import { worldPoint } from '#src/core/geometry/spaces.ts';
import { boxForSnap, snapInBlock, snapToBody } from '#src/core/levels/snap-to-body.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { createBodyFinder } from './body-finder.ts';
import type { BodyReply, BodyRequest } from './body-messages.ts';

/** A body of 44 × 32 × 26 mm with a shell round (5, −70, 300). */
const volume = makeSyntheticVolume((x, y, z) => {
  const radius = Math.hypot((x - 5) / 22, (y + 70) / 16);
  const height = Math.abs(z - 300);
  if (radius > 1 || height > 13) return 20;
  return radius > 0.9 || height > 11.5 ? 500 : 160;
}, { sizeVox: [70, 70, 60], spacingMm: [1.6, 1.7, 2.1], origin: worldPoint(-50, -130, 240) });
const clicked = worldPoint(9, -66, 296);

/** A worker that answers on request, or fails. */
function fakeWorker() {
  const listeners = new Map<string, (event: unknown) => void>();
  const requests: BodyRequest[] = [];
  const worker = {
    postMessage: (request: BodyRequest) => { requests.push(request); },
    terminate: () => { listeners.clear(); },
    addEventListener: (type: string, listener: (event: unknown) => void) => { listeners.set(type, listener); },
  };
  const reply = (n: number) => {
    const request = requests[n];
    if (request) listeners.get('message')?.({ data: { id: request.id, snap: snapInBlock(request.block, request.at) } satisfies BodyReply });
  };
  return { worker: worker as unknown as Worker, requests, reply, crash: () => listeners.get('error')?.({}) };
}

describe('createBodyFinder', () => {
  it('answers each request with its own body, in whatever order the worker replies', async () => {
    const fake = fakeWorker();
    const find = createBodyFinder(() => fake.worker);
    const far = worldPoint(20, -60, 330);
    const answers = Promise.all([find(volume, clicked), find(volume, far)]);
    expect(fake.requests.map(({ block }) => block.sizeVox)).toEqual([clicked, far].map((at) => volume.readBlock(boxForSnap(volume, at)).sizeVox));
    fake.reply(1);
    fake.reply(0);
    expect(await answers).toEqual([snapToBody(volume, clicked), snapToBody(volume, far)]);
    expect((await answers)[0].moved).toBe(true);
  });

  it('gives the work of a worker that died to another, and fits on the page where a third died', async () => {
    const fakes = [fakeWorker(), fakeWorker(), fakeWorker()];
    let starts = 0;
    const find = createBodyFinder(() => {
      starts += 1;
      return fakes[starts - 1]?.worker ?? fakeWorker().worker;
    });
    const first = find(volume, clicked);
    fakes[0]?.crash();
    fakes[1]?.reply(0);
    expect(await first).toEqual(snapToBody(volume, clicked));
    const second = find(volume, clicked);
    fakes[1]?.crash();
    fakes[2]?.crash();
    expect(await second).toEqual(snapToBody(volume, clicked));
    expect(await find(volume, clicked)).toEqual(snapToBody(volume, clicked));
    expect(starts).toBe(3);
  });
});
