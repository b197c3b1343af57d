import { describe, expect, it } from 'vitest';
import { distanceMm, worldPoint, type WorldVector } from '../geometry/spaces.ts';
import { DEFAULT_SPINE, spineCentres, spineHu, type SpineOptions } from '#src/testing/synthetic-spine.ts';
import { makeSyntheticVolume, seededRandom, type ArrayVolume, type SyntheticGrid } from '#src/testing/synthetic-volume.ts';
import { MAX_MOVE_MM } from './fit-body.ts';
import { boxForSnap, snapInBlock, snapToBody } from './snap-to-body.ts';

const [, , middle] = spineCentres();

/** A grid that holds 110 mm round the middle body, along any unit axes. */
function gridAround(directions: readonly [WorldVector, WorldVector, WorldVector], spacingMm: readonly [number, number, number]): SyntheticGrid {
  const sizeVox = spacingMm.map((mm) => Math.ceil(112 / mm)) as [number, number, number];
  const origin = [0, 1, 2].map((world) =>
    directions.reduce((at, step, axis) => at - ((step[world] ?? 0) * (spacingMm[axis] ?? 0) * ((sizeVox[axis] ?? 0) - 1)) / 2, DEFAULT_SPINE.centre[world] ?? 0),
  ) as [number, number, number];
  return { sizeVox, spacingMm, origin: worldPoint(...origin), directions };
}

const AXIAL: readonly [WorldVector, WorldVector, WorldVector] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
/** Sagittal slices, stored from head to feet and turned by 20° round z: a scan whose axes are not the patient's. */
const [C, S] = [Math.cos(0.35), Math.sin(0.35)];
const OBLIQUE: readonly [WorldVector, WorldVector, WorldVector] = [[-S, C, 0], [0, 0, -1], [C, S, 0]];

function volumeOf(options: Partial<SpineOptions>, grid: SyntheticGrid): ArrayVolume {
  return makeSyntheticVolume(spineHu({ ...DEFAULT_SPINE, ...options }), grid);
}

function errorsOfClicks(volume: ArrayVolume, count = 12): readonly number[] {
  const random = seededRandom(9);
  return Array.from({ length: count }, () => {
    const [x, y, z] = [(random() * 2 - 1) * 10, (random() * 2 - 1) * 9, (random() * 2 - 1) * 8];
    const clicked = worldPoint(DEFAULT_SPINE.centre[0] + x, DEFAULT_SPINE.centre[1] + y, DEFAULT_SPINE.centre[2] + z);
    return distanceMm(snapToBody(volume, clicked).centreLps, DEFAULT_SPINE.centre);
  });
}

describe('snapToBody', () => {
  it.each([
    ['osteoporotic bone darker than its discs', { boneHu: 40, shellHu: 260 }, AXIAL, [0.8, 0.8, 1.3]],
    ['usual bone in 3 mm slices', { boneHu: 120 }, AXIAL, [0.7, 0.7, 3]],
    ['dense bone with thin discs', { boneHu: 280, shellHu: 500, discHeightMm: 4 }, AXIAL, [0.6, 0.9, 1.1]],
    ['a scan with oblique, reversed axes', { boneHu: 120 }, OBLIQUE, [1.4, 0.9, 1.7]],
    ['small, strongly tilted bodies', { halfSizeMm: [17, 13, 10], tilt: -0.4 }, AXIAL, [0.9, 0.8, 1.5]],
  ] as const)('finds the centre from clicks up to 10 mm off: %s', (_, options, axes, spacing) => {
    const errors = errorsOfClicks(volumeOf(options, gridAround(axes, spacing))).toSorted((one, other) => one - other);
    expect(errors[6]).toBeLessThan(2.5);
    expect(errors.at(-1)).toBeLessThan(6);
  });

  it('measures the size of the body it finds', () => {
    const snap = snapToBody(volumeOf({}, gridAround(AXIAL, [0.8, 0.8, 1.3])), worldPoint(7, -57, 309));
    expect(snap.moved).toBe(true);
    expect(Math.abs(snap.halfWidthMm - 22)).toBeLessThan(2.5);
    expect(Math.abs(snap.halfDepthMm - 16)).toBeLessThan(2.5);
    expect(Math.abs(snap.heightMm - 26)).toBeLessThan(2.5);
  });

  it('keeps the click and says so where there is no body', () => {
    const fat = makeSyntheticVolume(() => -100, gridAround(AXIAL, [1.1, 0.9, 2]));
    const clicked = worldPoint(9, -50, 300);
    const snap = snapToBody(fat, clicked);
    expect(snap.moved).toBe(false);
    expect(snap.centreLps).toEqual(clicked);
    expect(snap.confidence).toBeLessThan(0.5);
  });

  it('keeps the click outside the scan', () => {
    const volume = volumeOf({}, gridAround(AXIAL, [2, 2, 3]));
    const snap = snapToBody(volume, worldPoint(4, -61, 900));
    expect(snap).toMatchObject({ moved: false, centreLps: [4, -61, 900] });
  });

  it('stays with the body that was clicked, near its edge as well', () => {
    const volume = volumeOf({}, gridAround(AXIAL, [0.8, 0.8, 1.3]));
    for (const z of [-10, 10]) {
      const clicked = worldPoint(4, -61 + z * 0.12, 312 + z);
      const { centreLps } = snapToBody(volume, clicked);
      expect(distanceMm(centreLps, clicked)).toBeLessThanOrEqual(MAX_MOVE_MM);
      expect(distanceMm(centreLps, middle ?? clicked)).toBeLessThan(5);
    }
  });

  it('needs no more of the scan than its box', () => {
    const volume = volumeOf({}, gridAround(OBLIQUE, [1.4, 0.9, 1.7]));
    const clicked = worldPoint(1, -58, 315);
    const whole = volume.readBlock({ min: [0, 0, 0], max: volume.sizeVox });
    const cut = volume.readBlock(boxForSnap(volume, clicked));
    const one = snapInBlock(cut, clicked);
    const other = snapInBlock(whole, clicked);
    expect(distanceMm(one.centreLps, other.centreLps)).toBeLessThan(1e-6);
  });
});
