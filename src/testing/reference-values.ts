/** What pydicom reads in a DICOM file, as scripts/reference/values.py stored it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { seededRandom } from './fuzz-random.ts';

export const FIXTURES = path.resolve(import.meta.dirname, '../../e2e/fixtures/reference');
const POINTS = 100;

type Vector = readonly number[] | null;

export type ReferenceRecord =
  | { readonly unreadable: string }
  | {
      readonly syntax: string;
      /** Columns, rows, frames. */
      readonly size: readonly [number, number, number];
      readonly modality: string | null;
      readonly spacing: Vector;
      readonly orientation: Vector;
      /** One a frame where each has its own, else one. */
      readonly positions: readonly Vector[];
      /** Rescaled values at pointsOf(name); absent where `undecodable` says why. */
      readonly hu?: readonly number[];
      readonly undecodable?: string;
    };

/** An answer of ours other than values, with the reason why it is right. */
export type Answer = { readonly code: string; readonly reason: string; readonly files: readonly string[] };

export function readReferences(name: string): Readonly<Record<string, ReferenceRecord>> {
  return readJson(name) as Readonly<Record<string, ReferenceRecord>>;
}

export function readAnswers(name: string): readonly Answer[] {
  return readJson(name) as readonly Answer[];
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(path.join(FIXTURES, name), 'utf8'));
}

/** Twin of scripts/reference/points.py: flat indices, columns fastest, then rows, then frames. */
export function pointsOf(name: string, count: number): readonly number[] {
  const random = seededRandom(crc32(name));
  return Array.from({ length: POINTS }, () => random.below(count));
}
