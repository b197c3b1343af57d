import { describe, expect, it } from 'vitest';
import { loadReferenceCt, referenceLevels } from '#src/testing/reference-centres.ts';
import { hasTestData, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { DEFAULT_TRUNK, trunkHu, type TrunkOptions } from '#src/testing/synthetic-trunk.ts';
import { makeSyntheticVolume, type SyntheticGrid } from '#src/testing/synthetic-volume.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { findInternalTissues } from './internal-tissues.ts';

const { centre } = DEFAULT_TRUNK;

/** Wide enough for the whole trunk, anisotropic, and turned a little about the long axis of the patient. */
function trunk(options: Partial<TrunkOptions> = {}, grid: Partial<SyntheticGrid> = {}) {
  const turn = 0.09;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return makeSyntheticVolume(trunkHu({ ...DEFAULT_TRUNK, ...options }), {
    sizeVox: [231, 211, 9], spacingMm: [1.7, 1.9, 2.5], origin: worldPoint(centre[0] - 178, centre[1] - 232, centre[2] - 11),
    directions: [[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]], ...grid,
  });
}

describe('findInternalTissues', () => {
  it('reads air, fat, muscle and aortic blood of a trunk whose tissues are known', () => {
    const found = findInternalTissues(trunk(), centre);
    expect(Math.abs((found.air?.medianHu ?? 0) + 998)).toBeLessThan(2);
    expect(Math.abs((found.fat?.medianHu ?? 0) + 103)).toBeLessThan(2);
    expect(Math.abs((found.muscle?.medianHu ?? 0) - 52)).toBeLessThan(2);
    expect(Math.abs((found.blood?.medianHu ?? 0) - 41)).toBeLessThan(3);
  });

  it.each([300, 155])('reads blood with contrast (%d HU) in the aorta, not in the vena cava', (bloodHu) => {
    const { blood } = findInternalTissues(trunk({ bloodHu }), centre);
    expect(Math.abs((blood?.medianHu ?? 0) - bloodHu)).toBeLessThan(5);
  });

  it('follows tissues that are all shifted, as by a scanner that is off', () => {
    const found = findInternalTissues(trunk({ airHu: -985, fatHu: -90, muscleHu: 66, bloodHu: 55 }), centre);
    expect([found.air, found.fat, found.muscle, found.blood].map((one) => Math.round(one?.medianHu ?? 0))).toEqual([-985, -90, 66, 55].map((hu) => expect.closeTo(hu, -0.8)));
  });

  it('finds no aorta where there is none', () => {
    expect(findInternalTissues(trunk({ aorta: null }), centre).blood).toBeNull();
  });

  it('finds no air and no fat of the skin where the field of view cuts the trunk', () => {
    const cut = trunk({}, { sizeVox: [61, 55, 9], origin: worldPoint(centre[0] - 50, centre[1] - 60, centre[2] - 11), directions: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] });
    expect(findInternalTissues(cut, centre)).toMatchObject({ air: null, fat: null });
  });

  it('does not take padding outside the reconstruction for air', () => {
    const inner = trunkHu({ ...DEFAULT_TRUNK, noiseHu: 0 });
    const padded = makeSyntheticVolume((x, y, z) => (inner(x, y, z) === -998 ? -1024 : inner(x, y, z)), {
      sizeVox: [231, 211, 9], spacingMm: [1.7, 1.9, 2.5], origin: worldPoint(centre[0] - 178, centre[1] - 232, centre[2] - 11), directions: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    });
    expect(findInternalTissues(padded, centre).air).toBeNull();
  });
});

describe.skipIf(!hasTestData('reference.json'))(`findInternalTissues on real CTs (skipped where ${NO_TEST_DATA})`, () => {
  it.each(['lidc-0314-chest', 'ts-example'] as const)('%s, without contrast: every tissue at every level within its range', (name) => {
    const volume = loadReferenceCt(name);
    for (const { level, centre: at } of referenceLevels(name)) {
      const { air, fat, muscle, blood } = findInternalTissues(volume, at);
      expect.soft(Math.abs((air?.medianHu ?? 0) + 1000), `air at ${level}`).toBeLessThan(12);
      expect.soft(Math.abs((fat?.medianHu ?? 0) + 100), `fat at ${level}`).toBeLessThan(20);
      expect.soft(Math.abs((muscle?.medianHu ?? 0) - 40), `muscle at ${level}`).toBeLessThan(22);
      expect.soft(Math.abs((blood?.medianHu ?? 0) - 40), `blood at ${level}`).toBeLessThan(10);
    }
  }, 60_000);

  it('finds nothing but muscle in a crop round the spine', () => {
    const volume = loadReferenceCt('tptbox-l3');
    const [l3] = referenceLevels('tptbox-l3');
    expect(findInternalTissues(volume, l3?.centre ?? worldPoint(0, 0, 0))).toMatchObject({ air: null, fat: null, blood: null });
  });
});
