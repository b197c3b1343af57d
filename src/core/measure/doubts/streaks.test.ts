import { describe, expect, it } from 'vitest';
import { worldPoint } from '../../geometry/spaces.ts';
import type { AxialSlab } from '../axial-slab.ts';
import { DOUBT_LIMITS } from './limits.ts';
import { findStreaks } from './streaks.ts';

const [columns, rows, stepMm] = [101, 81, 2];
const body = { column: 50, row: 40 };

/** Soft tissue of 50 HU with something on it, x and y in mm from the body; metal of 6 mm where it is put. */
function slab(metal: readonly [number, number] | null, addedHu: (x: number, y: number) => number): AxialSlab {
  const plane = Float32Array.from({ length: columns * rows }, (_, n) => {
    const [x, y] = [((n % columns) - body.column) * stepMm, (Math.floor(n / columns) - body.row) * stepMm];
    if (metal !== null && Math.hypot(x - metal[0], y - metal[1]) < 6) return 3071;
    return 50 + addedHu(x, y);
  });
  return { columns, rows, stepMm, originLps: worldPoint(-100, -80, 7), meanHu: plane, planesHu: [plane, plane, plane] };
}

/** Unstructured, the same in each run. */
function noise(x: number, y: number): number {
  const value = Math.sin(x * 12.9898 + y * 78.233) * 43_758.5453;
  return 20 * (value - Math.floor(value) - 0.5);
}

const rays = ([mx, my]: readonly [number, number]) => (x: number, y: number): number => 12 * Math.cos(14 * Math.atan2(y - my, x - mx)) + noise(x, y);

describe('findStreaks', () => {
  it('finds rays from metal, however far away it is in the slice', () => {
    const metal = [62, -18] as const;
    const found = findStreaks(slab(metal, rays(metal)), body);
    expect(found?.metalMm).toBeCloseTo(Math.hypot(...metal), 0);
    expect(found?.ratio).toBeGreaterThan(DOUBT_LIMITS.streaks.ratio);
    expect(found?.hu).toBeGreaterThan(DOUBT_LIMITS.streaks.leastHu);
  });

  it('is not misled by noise, nor by bands that do not come from the metal', () => {
    expect(findStreaks(slab([62, -18], noise), body)?.ratio).toBeLessThan(DOUBT_LIMITS.streaks.ratio);
    expect(findStreaks(slab([62, -18], rays([-60, 50])), body)?.ratio).toBeLessThan(DOUBT_LIMITS.streaks.ratio);
  });

  it('says nothing without metal, or without tissue to look at', () => {
    expect(findStreaks(slab(null, rays([62, -18])), body)).toBeNull();
    expect(findStreaks(slab([62, -18], () => 400), body)).toBeNull();
  });
});
