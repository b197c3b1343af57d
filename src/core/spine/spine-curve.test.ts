import { describe, expect, test } from 'vitest';
import { distanceMm, worldPoint, type WorldPoint, type WorldVector } from '../geometry/spaces.ts';
import { makeSpineCurve, type SpineCurve } from './spine-curve.ts';

const dot = (a: WorldVector, b: WorldVector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** A spine with kyphosis, lordosis and scoliosis at once: no plane holds it, so axes carried along it can turn. */
function bent(t: number): WorldPoint {
  return worldPoint(31 + 24 * Math.sin(4.1 * t), -87 + 38 * Math.cos(5.3 * t) - 20 * t, 512 - 430 * t);
}

/** Length by 2,000 straight pieces. */
function lengthOf(from: number, to: number): number {
  let sum = 0;
  for (let n = 0; n < 2_000; n += 1) sum += distanceMm(bent(from + ((to - from) * n) / 2_000), bent(from + ((to - from) * (n + 1)) / 2_000));
  return sum;
}

const CENTRES = Array.from({ length: 15 }, (_none, n) => bent(n / 14));

function curveOf(centres: readonly WorldPoint[]): SpineCurve {
  const curve = makeSpineCurve(centres);
  if (curve === null) throw new Error('No curve.');
  return curve;
}

describe('the curve along the spine', () => {
  test('should not be there for fewer than three vertebrae, nor for three marks of two', () => {
    expect(makeSpineCurve(CENTRES.slice(0, 2))).toBeNull();
    const [x, y, z] = CENTRES[1] ?? [0, 0, 0];
    expect(makeSpineCurve([...CENTRES.slice(0, 2), worldPoint(x + 1, y, z - 4)])).toBeNull();
    expect(makeSpineCurve(CENTRES.slice(0, 3))).not.toBeNull();
  });

  test('should pass through every centre at its true length along the spine, within 1 %', () => {
    const curve = curveOf(CENTRES);
    const start = curve.toCurve(CENTRES[0] ?? worldPoint(0, 0, 0)).alongMm;
    expect(start).toBeCloseTo(30, 1);
    for (const [n, centre] of CENTRES.entries()) {
      const at = curve.toCurve(centre);
      expect(Math.hypot(at.frontMm, at.leftMm), `centre ${n}`).toBeLessThan(0.05);
      if (n > 0) expect(Math.abs((at.alongMm - start) / lengthOf(0, n / 14) - 1), `centre ${n}`).toBeLessThan(0.01);
    }
    expect(curve.lengthMm).toBeCloseTo(lengthOf(0, 1) + 60, -1);
  });

  test('should be the same for centres in any order', () => {
    const shuffled = CENTRES.toSorted((a, b) => (a[0] * 7919) % 13 - (b[0] * 7919) % 13);
    expect(shuffled).not.toEqual(CENTRES);
    expect(curveOf(shuffled).frameAt(170)).toEqual(curveOf(CENTRES).frameAt(170));
  });

  test('should run towards the feet with axes at right angles, front to the patient’s front and left to the left', () => {
    const curve = curveOf(CENTRES);
    for (let along = -10; along < curve.lengthMm + 10; along += 7.3) {
      const { along: down, front, left } = curve.frameAt(along);
      for (const axis of [down, front, left]) expect(Math.hypot(...axis)).toBeCloseTo(1, 9);
      expect(Math.abs(dot(down, front)) + Math.abs(dot(down, left)) + Math.abs(dot(front, left))).toBeLessThan(1e-3);
      expect(down[2]).toBeLessThan(-0.7);
      expect(front[1]).toBeLessThan(-0.7);
      expect(left[0]).toBeGreaterThan(0.7);
    }
  });

  test('should carry its axes without a turn about the curve', () => {
    const curve = curveOf(CENTRES);
    let turned = 0;
    let bend = 0;
    for (let along = 0; along < curve.lengthMm; along += 0.5) {
      const [one, next] = [curve.frameAt(along), curve.frameAt(along + 0.5)];
      turned += Math.abs(dot(next.front, one.left));
      bend += Math.abs(dot(next.front, one.along));
    }
    // The curve bends by more than a radian in all; of that, nothing may be a turn.
    expect(bend).toBeGreaterThan(1);
    expect(turned).toBeLessThan(0.01);
  });

  test('should take points off the curve there and back, also beyond its ends', () => {
    const curve = curveOf(CENTRES);
    for (const wanted of [{ alongMm: 12.3, frontMm: 31, leftMm: -17 }, { alongMm: 201.7, frontMm: -42, leftMm: 9 }, { alongMm: -14, frontMm: 5, leftMm: 3 }, { alongMm: curve.lengthMm + 8.5, frontMm: -6, leftMm: 11 }]) {
      const got = curve.toCurve(curve.toWorld(wanted));
      expect(got.alongMm).toBeCloseTo(wanted.alongMm, 1);
      expect(got.frontMm).toBeCloseTo(wanted.frontMm, 1);
      expect(got.leftMm).toBeCloseTo(wanted.leftMm, 1);
    }
  });

  test('should find its own ends', () => {
    const curve = curveOf(CENTRES);
    for (const alongMm of [0, curve.lengthMm]) {
      expect(curve.toCurve(curve.frameAt(alongMm).point).alongMm).toBeCloseTo(alongMm, 3);
      expect(curve.toCurve(curve.toWorld({ alongMm, frontMm: 0, leftMm: 0 })).alongMm).toBeCloseTo(alongMm, 3);
    }
  });

  test('should be a straight line through centres on a line', () => {
    const curve = curveOf([worldPoint(3, -40, 100), worldPoint(3, -40, 68), worldPoint(3, -40, 30)]);
    const { point, along, front, left } = curve.frameAt(77.25);
    expect(point.map((mm) => Number(mm.toFixed(6)))).toEqual([3, -40, 52.75]);
    expect([along, front, left].map((axis) => axis.map((part) => Math.round(part) + 0))).toEqual([[0, 0, -1], [0, -1, 0], [1, 0, 0]]);
  });
});
