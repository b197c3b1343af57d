import { describe, expect, it } from 'vitest';
import { hasTestData, loadDicomFolder, loadNifti, NO_TEST_DATA } from '#src/testing/load-real-ct.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { findSpineView } from './spine-view.ts';

/** A body of 300 × 200 mm round (12, -40) with a spine at (19, 20); air around, a table behind. */
function torsoHu(x: number, y: number): number {
  if (Math.hypot((x - 19) / 22, (y - 20) / 25) < 1) return 300;
  if (Math.hypot((x - 12) / 150, (y + 40) / 100) < 1) return 40;
  return y > 75 && y < 80 ? 200 : -1000;
}

const grid = { sizeVox: [160, 120, 30], spacingMm: [2.2, 2.1, 5], origin: worldPoint(-160, -150, -300) } as const;

describe('findSpineView', () => {
  it('centres on the spine, a little in front of it, over the whole height', () => {
    const view = findSpineView(makeSyntheticVolume(torsoHu, grid));
    expect(view?.spine[0]).toBeCloseTo(19, -1);
    expect(Math.abs((view?.spine[1] ?? 99) - 13)).toBeLessThan(8);
    expect(view?.centre[1]).toBe((view?.spine[1] ?? 0) - 18);
    expect(view?.centre[2]).toBeCloseTo(-300 + 72.5, 6);
    expect(view?.halfMm[2]).toBeCloseTo(72.5, 6);
  });

  it('finds the same place in a scan whose slices run from head to feet and whose columns run to the right', () => {
    const turned = { ...grid, origin: worldPoint(-160 + 159 * 2.2, -150, -155), directions: [[-1, 0, 0], [0, 1, 0], [0, 0, -1]] } as const;
    const view = findSpineView(makeSyntheticVolume(torsoHu, turned));
    expect(view?.spine[0]).toBeCloseTo(19, -1);
    expect(Math.abs((view?.spine[1] ?? 99) - 13)).toBeLessThan(8);
  });

  it('gives nothing where there is no bone', () => {
    expect(findSpineView(makeSyntheticVolume((x, y) => (Math.hypot(x, y) < 100 ? 40 : -1000), grid))).toBeNull();
  });

  it.skipIf(!hasTestData('reference.json'))(`looks at the spine of real scans (${NO_TEST_DATA} skips this)`, () => {
    // Centres of T12 and of L2 in reference.json: x within 10 mm of the midline, y within the box.
    const chest = findSpineView(loadDicomFolder('ct', 'lidc-0314-chest'));
    expect(Math.abs((chest?.spine[0] ?? 99) - -8)).toBeLessThan(12);
    expect(Math.abs((chest?.spine[1] ?? 999) - 220)).toBeLessThan(25);
    const abdomen = findSpineView(loadNifti('ct', 'ts-example', 'ct.nii.gz'));
    expect(Math.abs((abdomen?.spine[0] ?? 99) - 6)).toBeLessThan(12);
    expect(Math.abs((abdomen?.spine[1] ?? 999) - -133)).toBeLessThan(25);
  });
});
