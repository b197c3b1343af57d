import { describe, expect, it } from 'vitest';
import { indexToWorld, invertAffine, makeAffine, spacingOf, worldToIndex } from './affine.ts';
import { voxelIndex, worldPoint } from './spaces.ts';

// Oblique, anisotropic, offset: no two numbers alike, so that swapped axes cannot pass.
const c = Math.cos(0.3);
const s = Math.sin(0.3);
const oblique = makeAffine(worldPoint(-31, 212.5, -640), [[c, s, 0], [-s, c, 0], [0, 0, 1]], [0.7, 0.9, 2.5]);

describe('affine', () => {
  it('takes index (2, 3, 4) of an oblique grid to the point worked out by hand', () => {
    const p = indexToWorld(oblique, voxelIndex(2, 3, 4));
    expect(p[0]).toBeCloseTo(-31 + 1.4 * c - 2.7 * s, 10);
    expect(p[1]).toBeCloseTo(212.5 + 1.4 * s + 2.7 * c, 10);
    expect(p[2]).toBeCloseTo(-630, 10);
  });

  it('comes back to the same index through the inverse', () => {
    const back = worldToIndex(invertAffine(oblique), indexToWorld(oblique, voxelIndex(5.25, -1.5, 17)));
    expect(back[0]).toBeCloseTo(5.25, 9);
    expect(back[1]).toBeCloseTo(-1.5, 9);
    expect(back[2]).toBeCloseTo(17, 9);
  });

  it('reads the spacing of rotated axes', () => {
    const [si, sj, sk] = spacingOf(oblique);
    expect(si).toBeCloseTo(0.7, 12);
    expect(sj).toBeCloseTo(0.9, 12);
    expect(sk).toBeCloseTo(2.5, 12);
  });

  it('refuses axes that lie in one plane', () => {
    const flat = makeAffine(worldPoint(0, 0, 0), [[1, 0, 0], [0, 1, 0], [1, 0, 0]], [1, 1, 1]);
    expect(() => invertAffine(flat)).toThrow(RangeError);
  });
});
