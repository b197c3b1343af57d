import { describe, expect, it } from 'vitest';
import { distanceMm, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import type { SnapResult } from '../levels/snap-to-body.ts';
import { VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';
import { drawnSpine } from '#src/testing/synthetic-heatmap.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { extendChain, type FittedVertebra } from './extend-chain.ts';
import { proposeSpine } from './propose-spine.ts';

const SPINE = drawnSpine(['T9', 'T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5', 'S1']);
// Drawn from (-14, 31, -212) towards the feet; the scan holds it all with room.
const volume = makeSyntheticVolume(() => 0, { sizeVox: [60, 90, 120], spacingMm: [2.5, 2.4, 3.1], origin: worldPoint(-90, -60, -540) });

function fitAt(at: WorldPoint): SnapResult {
  const near = SPINE.find(({ centreLps }) => distanceMm(centreLps, at) < 12);
  const size = { halfWidthMm: 22, halfDepthMm: 16, heightMm: 25 };
  return near ? { centreLps: near.centreLps, confidence: 0.85, moved: true, ...size } : { centreLps: at, confidence: 0.1, moved: false, ...size };
}

/** What the network found, each body fitted; `astray` are bodies whose fit went elsewhere. */
function chainOf(names: readonly VertebraName[], astray: readonly VertebraName[] = []): readonly FittedVertebra[] {
  return SPINE.filter(({ name }) => names.includes(name)).map(({ name, centreLps }) => ({
    found: { name, centreLps, logit: 1.5, isFilled: false, nameEvidence: Float64Array.from(VERTEBRAE, (one) => (one === name ? 2 : 0)) },
    body: { ...fitAt(centreLps), moved: !astray.includes(name) },
  }));
}

const extend = (chain: readonly FittedVertebra[], isWanted = true) => extendChain(volume, chain, (at) => Promise.resolve(fitAt(at)), () => isWanted);
const names = (chain: readonly FittedVertebra[]) => chain.map(({ found }) => found.name).join(' ');

describe('extendChain', () => {
  it('adds what the network missed beyond both ends, in order, each with the confidence of its fit', async () => {
    const chain = await extend(chainOf(['L1', 'L2']));
    expect(names(chain)).toBe('T10 T11 T12 L1 L2 L3 L4 L5');
    const { vertebrae } = proposeSpine(chain, volume, 0);
    for (const { name, centreLps, confidence } of vertebrae) {
      expect(distanceMm(centreLps, SPINE.find((one) => one.name === name)?.centreLps ?? worldPoint(0, 0, 0))).toBeLessThan(1);
      if (name !== 'L1' && name !== 'L2') expect(confidence).toBeCloseTo(0.85, 9);
    }
  });

  it('leaves a chain alone that is complete, and one that was given up', async () => {
    const whole = chainOf(['T9', 'T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4', 'L5', 'S1']);
    expect(names(await extend(whole))).toBe('T9 T10 T11 T12 L1 L2 L3 L4 L5 S1');
    expect(names(await extend(chainOf(['L1', 'L2']), false))).toBe('L1 L2');
    expect(await extend([])).toEqual([]);
  });

  it('does not start from an end where network and fit disagree', async () => {
    expect(names(await extend(chainOf(['L1', 'L2'], ['L2'])))).toBe('T10 T11 T12 L1 L2');
  });
});
