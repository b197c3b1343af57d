/** Simulated vertebrae with their truth, as training/vertebra/evidence/measuring_cases.py writes them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { indexToWorld as worldOf } from '#src/core/geometry/affine.ts';
import { distanceMm, voxelIndex, worldPoint, type WorldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import { chooseRoi } from '#src/core/measure/choose-roi.ts';
import { ArrayVolume } from './synthetic-volume.ts';

/** Six on a coarse grid, in the repository. */
export const SMALL_CASES = 'training/tests/fixtures/measuring';
/** Many at full size: `python -m vertebra.evidence.measuring_cases data/measuring 300`, and `60 deformed`, `120 turned`, `240 thick`, `320 focus`. Not in the repository. */
export const MANY_CASES = 'training/data/measuring';

/** Lengths in mm; heights in the mid-sagittal plane of the body. */
export type MeasuringTruth = {
  readonly level: string;
  readonly deformity: string;
  /** `none`, or the kind of lesion, which is not in {@link handMeanHu}. Absent in cases written before it was. */
  readonly lesion?: string;
  readonly pick: WorldPoint;
  readonly centre: WorldPoint;
  readonly up: WorldVector;
  /** Null in cases written before it was. */
  readonly left: WorldVector | null;
  readonly thicknessMm: number;
  readonly halfWidthMm: number;
  readonly anteriorMm: number;
  readonly middleMm: number;
  readonly posteriorMm: number;
  /** Mean HU of the simulator's own region in the scan. */
  readonly handMeanHu: number;
};

/** The same scan of a patient who lies turned about a vertical through a point, degrees, positive from the left to the back. */
export function turnedScan({ id, sizeVox, indexToWorld, valuesHu }: ArrayVolume, about: WorldPoint, degrees: number): ArrayVolume {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const matrix = [...indexToWorld];
  for (let column = 0; column < 4; column += 1) {
    const [ox, oy] = column === 3 ? about : [0, 0];
    const [x, y] = [(indexToWorld[column] ?? 0) - ox, (indexToWorld[4 + column] ?? 0) - oy];
    matrix[column] = cos * x - sin * y + ox;
    matrix[4 + column] = sin * x + cos * y + oy;
  }
  return new ArrayVolume(id, sizeVox, matrix, valuesHu);
}

/** A ball of even attenuation. */
export type Ball = { readonly centreLps: WorldPoint; readonly radiusMm: number; readonly hu: number };

/** The same scan with every voxel whose centre lies in a ball at its attenuation. */
export function withBall({ id, sizeVox, indexToWorld, valuesHu }: ArrayVolume, { centreLps, radiusMm, hu }: Ball): ArrayVolume {
  const values = valuesHu.slice();
  const [ni, nj] = sizeVox;
  for (const n of values.keys()) {
    const at = worldOf(indexToWorld, voxelIndex(n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))));
    if (distanceMm(at, centreLps) < radiusMm) values[n] = hu;
  }
  return new ArrayVolume(id, sizeVox, indexToWorld, values);
}

/** A dense and a fat focus, in the left half of where a body is measured and in the right. */
export function fociIn(volume: ArrayVolume, pick: WorldPoint): readonly [Ball, Ball] {
  const { roi: { centreLps: [x, y, z] } } = chooseRoi(volume, pick, undefined);
  return [{ centreLps: worldPoint(x + 8, y - 1, z + 2), radiusMm: 4, hu: 780 }, { centreLps: worldPoint(x - 9, y + 1, z - 1), radiusMm: 5.5, hu: -70 }];
}

export type MeasuringCase = { readonly name: string; readonly volume: ArrayVolume; readonly truth: MeasuringTruth };

type CaseJson = Omit<MeasuringTruth, 'pick' | 'centre' | 'up' | 'left'> & {
  readonly sizeVox: [number, number, number];
  readonly indexToWorld: number[];
  readonly pickLps: [number, number, number];
  readonly centreLps: [number, number, number];
  readonly upLps: [number, number, number];
  readonly leftLps?: [number, number, number];
};

/** Names of the cases of a kind; none where the folder is absent. */
export function measuringCaseNames(folder: string, kind: 'plain' | 'deformed' | 'small' | 'turned' | 'thick' | 'focus'): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.startsWith(kind) && name.endsWith('.i16.gz')).map((name) => name.slice(0, -'.i16.gz'.length)).toSorted();
}

export function loadMeasuringCase(folder: string, name: string): MeasuringCase {
  const { sizeVox, indexToWorld, pickLps, centreLps, upLps, leftLps, ...truth } = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as CaseJson;
  const bytes = gunzipSync(readFileSync(path.join(folder, `${name}.i16.gz`)));
  const values = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { name, volume: new ArrayVolume(name, sizeVox, indexToWorld, values), truth: { ...truth, pick: worldPoint(...pickLps), centre: worldPoint(...centreLps), up: upLps, left: leftLps ?? null } };
}
