import { describe, expect, it } from 'vitest';
import { keepTile, planTiles } from './tiles.ts';

describe('planTiles', () => {
  it('runs a chest at once', () => {
    expect(planTiles(120)).toEqual([{ from: 0, to: 120, keepFrom: 0, keepTo: 120 }]);
  });

  it.each([208, 320, 480])('gives each of %i slices once, with a margin seen on both sides', (depth) => {
    const tiles = planTiles(depth);
    expect(tiles.length).toBeGreaterThan(1);
    const whole = new Float32Array(2 * (depth / 4) * 6).fill(-1);
    for (const tile of tiles) {
      expect(tile.from === 0 || tile.keepFrom - tile.from === 40).toBe(true);
      expect((tile.to - tile.from) % 8).toBe(0);
      // Two channels of [D/4, 2, 3], whose values name channel and slice.
      const slices = (tile.to - tile.from) / 4;
      const part = Float32Array.from({ length: 2 * slices * 6 }, (_, n) => Math.floor(n / (slices * 6)) * 1000 + tile.from / 4 + (Math.floor(n / 6) % slices));
      keepTile(whole, part, 2, 4, [depth, 8, 12], tile);
    }
    expect(Array.from(whole)).toEqual(Array.from(whole, (_, n) => Math.floor(n / ((depth / 4) * 6)) * 1000 + (Math.floor(n / 6) % (depth / 4))));
  });
});
