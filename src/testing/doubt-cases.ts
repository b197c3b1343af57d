/** Simulated vertebrae with one known reason for doubt each: e2e/fixtures/doubts, written by training/vertebra/evidence/doubt_cases.py. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { worldPoint, type WorldPoint } from '#src/core/geometry/spaces.ts';
import { isVertebraName, type VertebraName } from '#src/core/levels/vertebra-name.ts';
import { ArrayVolume } from './synthetic-volume.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../e2e/fixtures/doubts');

export type DoubtCase = { readonly kind: string; readonly level: VertebraName; readonly centreLps: WorldPoint; readonly volume: ArrayVolume };

type StoredCase = {
  readonly kind: string;
  readonly level: string;
  readonly sizeVox: readonly [number, number, number];
  readonly indexToWorld: readonly (readonly number[])[];
  readonly centreLps: readonly [number, number, number];
};

export function readDoubtCases(): readonly DoubtCase[] {
  const { cases } = JSON.parse(readFileSync(path.join(FOLDER, 'cases.json'), 'utf8')) as { readonly cases: readonly StoredCase[] };
  return cases.map(({ kind, level, sizeVox, indexToWorld, centreLps }) => {
    if (!isVertebraName(level)) throw new Error(`${kind}: ${level} is no vertebra.`);
    const bytes = gunzipSync(readFileSync(path.join(FOLDER, `${kind}.i16.gz`)));
    const valuesHu = new Int16Array(bytes.length / 2);
    for (const index of valuesHu.keys()) valuesHu[index] = bytes.readInt16LE(2 * index);
    return { kind, level, centreLps: worldPoint(...centreLps), volume: new ArrayVolume(kind, sizeVox, indexToWorld.flat(), valuesHu) };
  });
}
