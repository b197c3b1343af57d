import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEFAULT_TRUNK, trunkHu, type TrunkOptions } from '#src/testing/synthetic-trunk.ts';
import { makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { findInternalTissues } from '../measure/internal-tissues.ts';

/* What training/vertebra/clinic/internal_tissues.py is held to; it builds the same trunks. UPDATE_TWIN=1 npx vitest run src/core/results/tissue-twin.test.ts writes it anew. */
const FILE = 'training/tests/fixtures/tissue-cases.json';

const GRID = { sizeVox: [201, 171, 5], spacingMm: [1.9, 2.3, 2.7] } as const;

type Case = { readonly name: string; readonly options: Partial<TrunkOptions>; readonly shiftMm: readonly [number, number] };

const CASES: readonly Case[] = [
  { name: 'plain', options: {}, shiftMm: [0, 0] },
  { name: 'contrast', options: { bloodHu: 287 }, shiftMm: [3, -4] },
  { name: 'no aorta', options: { aorta: null }, shiftMm: [0, 0] },
  { name: 'aorta elsewhere, thin patient', options: { aorta: { left: 20, front: 27, radius: 12 }, fatMm: 9, muscleHu: 33 }, shiftMm: [-2, 5] },
  { name: 'cut by the field of view', options: {}, shiftMm: [120, 60] },
];

/** Noise that another language can make: by the voxel's index. */
const noiseAt = (i: number, j: number, k: number): number => ((i * 7 + j * 13 + k * 29) % 31) - 15;

function volumeOf({ options, shiftMm }: Case) {
  const trunk = { ...DEFAULT_TRUNK, ...options, noiseHu: 0 };
  const huAt = trunkHu(trunk);
  const [x, y, z] = trunk.centre;
  const origin = worldPoint(x - 190 + shiftMm[0], y - 240 + shiftMm[1], z - 5);
  const [dx, dy, dz] = GRID.spacingMm;
  const index = (value: number, from: number, step: number): number => Math.round((value - from) / step);
  const volume = makeSyntheticVolume(
    (px, py, pz) => huAt(px, py, pz) + noiseAt(index(px, origin[0], dx), index(py, origin[1], dy), index(pz, origin[2], dz)),
    { ...GRID, origin, directions: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] },
  );
  return { trunk, origin, volume };
}

it('has the tissues of trunks that Python is compared with', () => {
  const cases = CASES.map((one) => {
    const { trunk, origin, volume } = volumeOf(one);
    return { name: one.name, trunk, origin, tissues: findInternalTissues(volume, trunk.centre) };
  });
  const text = `${JSON.stringify({ grid: GRID, cases }, null, 1)}\n`;
  if (process.env['UPDATE_TWIN'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
}, 120_000);
