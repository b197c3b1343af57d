import { describe, expect, it } from 'vitest';
import { indexToWorld, makeAffine } from '../geometry/affine.ts';
import { voxelIndex, worldPoint, type WorldPoint } from '../geometry/spaces.ts';
import { VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';
import type { FoundVertebra } from './find-spine.ts';
import { anchorsOf, mostSure, type ScanView } from './name-anchors.ts';

/** A sagittal scan, turned by 20° about the patient's long axis: slices 2.5 mm apart run along x, mostly. */
const [COS, SIN] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)];
const SLICE_MM = 2.5;
const VIEW: ScanView = {
  sizeVox: [300, 260, 51],
  indexToWorld: makeAffine(worldPoint(31.5, -117.25, -840.5), [[-SIN, COS, 0], [0, 0, -1], [COS, SIN, 0]], [0.8, 1.1, SLICE_MM]),
};
/** The centre in a slice of the scan; 60 mm to a side are 56.4 mm across slices of these, 22.55 of them. */
const inSlice = (k: number, j = 100): WorldPoint => indexToWorld(VIEW.indexToWorld, voxelIndex(150, j, k));

function body(name: VertebraName, centreLps: WorldPoint, own = 3, shifted = -3, isFilled = false): FoundVertebra {
  return { name, centreLps, logit: 2, isFilled, nameEvidence: Float64Array.from(VERTEBRAE, (one) => (one === name ? own : shifted)) };
}

describe('what levels are counted from', () => {
  const anchors = (k: number) => anchorsOf([body('T12', inSlice(25, 100)), body('L1', inSlice(k, 130)), body('S1', inSlice(2, 250))], VIEW);

  it('is a rib only where the scan shows 60 mm on both sides, across oblique slices; the sacrum needs no room', () => {
    expect(anchors(25)).toEqual(['sacrum', 'last-rib']);
    expect(anchors(22.2)).toEqual(['sacrum', 'last-rib']);
    expect(anchors(21.8)).toEqual(['sacrum']);
    expect(anchors(27.8)).toEqual(['sacrum', 'last-rib']);
    expect(anchors(28.2)).toEqual(['sacrum']);
  });

  it('is not beyond the other edges of the scan either', () => {
    // To the patient's left, a point moves by 60 mm · sin 20° towards lower columns: 25.7 of them.
    const at = (i: number) => anchorsOf([body('T1', indexToWorld(VIEW.indexToWorld, voxelIndex(i, 40, 25)))], VIEW);
    expect(at(25.5)).toEqual(['first-rib']);
    expect(at(24.8)).toEqual([]);
  });

  it('is nothing that was only filled in', () => {
    expect(anchorsOf([body('T12', inSlice(25), 3, -3, true), body('L1', inSlice(25)), body('T1', inSlice(25), 3, -3, true)], VIEW)).toEqual([]);
  });
});

describe('how sure a name can be', () => {
  const NAMES: readonly VertebraName[] = ['T10', 'T11', 'T12', 'L1', 'L2', 'L3'];
  /** Six bodies; `margin` is what the given ones prefer their names by. */
  const chain = (margin: number, weak: readonly VertebraName[]) => NAMES.map((name, n) => body(name, inSlice(25, 10 + 30 * n), 2, weak.includes(name) ? 2 - margin : -3));

  it('is not limited where five bodies and a landmark are in view and both ends speak for the count', () => {
    expect(mostSure(chain(0, []), ['last-rib'])).toBe(1);
    expect(mostSure(chain(1.3, ['T10', 'T11', 'L2', 'L3']), ['sacrum'])).toBe(1);
    // The middle does not settle the count.
    expect(mostSure(chain(0, ['T12', 'L1']), ['sacrum'])).toBe(1);
  });

  it('is lower with fewer bodies, no landmark or the first rib alone', () => {
    expect(mostSure(chain(0, []).slice(0, 4), ['last-rib'])).toBe(0.85);
    expect(mostSure(chain(0, []), [])).toBe(0.85);
    expect(mostSure(chain(0, []), ['first-rib'])).toBe(0.85);
  });

  it('is lowest where either end barely prefers its names, whatever is in view', () => {
    expect(mostSure(chain(1.2, ['T10', 'T11']), ['sacrum', 'last-rib', 'first-rib'])).toBe(0.6);
    expect(mostSure(chain(1.2, ['L2', 'L3']), ['sacrum', 'last-rib', 'first-rib'])).toBe(0.6);
    expect(mostSure(chain(0, ['L1']).slice(3, 4), [])).toBe(0.6);
  });
});
