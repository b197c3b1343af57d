import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { worldPoint } from '../geometry/spaces.ts';
import { acquisitionVector, type AcquisitionInput } from '../model/acquisition.ts';
import { parseManifest } from '../model/manifest.ts';
import type { SourceBlock } from '../volume/volume-source.ts';
import { normalisePatch } from './normalise.ts';
import { placePatch } from './patch-grid.ts';
import { resamplePatch } from './resample.ts';

/* Holds this folder to its Python twin, training/vertebra/patch.py, by the fixtures that training writes. */

const fixtures = fileURLToPath(new URL('../../../e2e/fixtures/golden/', import.meta.url));
const models = fileURLToPath(new URL('../../../public/models/', import.meta.url));

/** Largest difference of a normalised value: 1e-3 is 0.2 HU with the first model's scale. */
const PATCH_TOLERANCE = 1e-3;

type Fixture = {
  readonly modelId: string;
  readonly block: { readonly sizeVox: readonly [number, number, number]; readonly indexToWorld: readonly number[]; readonly file: string };
  readonly centreLps: readonly [number, number, number];
  readonly header: AcquisitionInput;
  readonly patchFile: string;
  readonly outsideFraction: number;
  readonly acquisition: readonly number[];
};

/** Bytes of a gzipped file in a buffer of their own, aligned for any number type. */
function unzip(name: string): ArrayBuffer {
  return Uint8Array.from(gunzipSync(readFileSync(fixtures + name))).buffer;
}

function readManifest(modelId: string) {
  const parsed = parseManifest(JSON.parse(readFileSync(`${models}${modelId}/manifest.json`, 'utf8')));
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  return parsed.value;
}

const names = readdirSync(fixtures).filter((name) => name.endsWith('.json'));

describe('parity with training', () => {
  it('has fixtures: one anisotropic with an offset origin, one oblique, one at the edge of its scan', () => {
    expect(names.length).toBeGreaterThanOrEqual(3);
  });

  it.each(names)('%s: the same patch, outside fraction and acquisition vector from the same block', (name) => {
    const fixture = JSON.parse(readFileSync(fixtures + name, 'utf8')) as Fixture;
    const { patch, acquisition } = readManifest(fixture.modelId).input;
    const block: SourceBlock = {
      sizeVox: fixture.block.sizeVox,
      indexToWorld: fixture.block.indexToWorld,
      valuesHu: new Int16Array(unzip(fixture.block.file)),
    };
    const resampled = resamplePatch(block, placePatch(block.indexToWorld, worldPoint(...fixture.centreLps), patch), patch.outsideHu);
    const got = normalisePatch(resampled.valuesHu, patch);
    const wanted = new Float32Array(unzip(fixture.patchFile));
    expect(got.length).toBe(wanted.length);
    let largest = 0;
    for (const [index, value] of wanted.entries()) largest = Math.max(largest, Math.abs(value - (got[index] ?? Number.NaN)));
    expect(largest).toBeLessThanOrEqual(PATCH_TOLERANCE);
    expect(resampled.outsideFraction).toBeCloseTo(fixture.outsideFraction, 6);
    expect(Array.from(acquisitionVector(fixture.header, acquisition.features))).toEqual(fixture.acquisition);
  });
});
