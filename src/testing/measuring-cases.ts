/** Simulated vertebrae with their truth, as training/vertebra/evidence/measuring_cases.py writes them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { worldPoint, type WorldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import { ArrayVolume } from './synthetic-volume.ts';

/** Six on a coarse grid, in the repository. */
export const SMALL_CASES = 'training/tests/fixtures/measuring';
/** Many at full size: `python -m vertebra.evidence.measuring_cases data/measuring 100`, and `60 deformed`. Not in the repository. */
export const MANY_CASES = 'training/data/measuring';

/** Lengths in mm; heights in the mid-sagittal plane of the body. */
export type MeasuringTruth = {
  readonly level: string;
  readonly deformity: string;
  readonly pick: WorldPoint;
  readonly centre: WorldPoint;
  readonly up: WorldVector;
  readonly thicknessMm: number;
  readonly halfWidthMm: number;
  readonly anteriorMm: number;
  readonly middleMm: number;
  readonly posteriorMm: number;
  /** Mean HU of the simulator's own region in the scan. */
  readonly handMeanHu: number;
};

export type MeasuringCase = { readonly name: string; readonly volume: ArrayVolume; readonly truth: MeasuringTruth };

type CaseJson = Omit<MeasuringTruth, 'pick' | 'centre' | 'up'> & {
  readonly sizeVox: [number, number, number];
  readonly indexToWorld: number[];
  readonly pickLps: [number, number, number];
  readonly centreLps: [number, number, number];
  readonly upLps: [number, number, number];
};

/** Names of the cases of a kind; none where the folder is absent. */
export function measuringCaseNames(folder: string, kind: 'plain' | 'deformed' | 'small'): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.startsWith(kind) && name.endsWith('.i16.gz')).map((name) => name.slice(0, -'.i16.gz'.length)).toSorted();
}

export function loadMeasuringCase(folder: string, name: string): MeasuringCase {
  const { sizeVox, indexToWorld, pickLps, centreLps, upLps, ...truth } = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as CaseJson;
  const bytes = gunzipSync(readFileSync(path.join(folder, `${name}.i16.gz`)));
  const values = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return { name, volume: new ArrayVolume(name, sizeVox, indexToWorld, values), truth: { ...truth, pick: worldPoint(...pickLps), centre: worldPoint(...centreLps), up: upLps } };
}
