import { readFileSync } from 'node:fs';
import dicomParser from 'dicom-parser';
import { assert, constantFrom, double, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import { ACQUISITIONS, scanLattice } from '#src/testing/scan-orientations.ts';
import { writeSyntheticCt, type SyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { readBytes } from '#src/testing/synthetic-headers.ts';
import { DEFAULT_SPINE, spineCentres, spineHu } from '#src/testing/synthetic-spine.ts';
import { ArrayVolume, makeSyntheticVolume } from '#src/testing/synthetic-volume.ts';
import { makeSeriesList } from '../dicom/make-series.ts';
import type { SliceHeader } from '../dicom/series.ts';
import { addVector, worldPoint, type WorldPoint, type WorldVector } from '../geometry/spaces.ts';
import { snapToBody } from '../levels/snap-to-body.ts';
import { placePatch } from '../patch/patch-grid.ts';
import { resamplePatch } from '../patch/resample.ts';
import { cropForPatch } from '../volume/crop-block.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import { measureRoi } from './roi.ts';

const index = JSON.parse(readFileSync('public/models/index.json', 'utf8')) as { readonly default: string };
const manifest = JSON.parse(readFileSync(`public/models/${index.default}/manifest.json`, 'utf8')) as ModelManifest;
const spec = manifest.input.patch;

const spine = spineHu({ ...DEFAULT_SPINE, noiseHu: 0 });
/** No two places alike, and whole HU that do not depend on the last bits of the coordinates. */
function huAt(...point: [number, number, number]): number {
  const [x, y, z] = point.map((mm) => Math.round(mm * 1e4) / 1e4) as [number, number, number];
  return Math.round(spine(x, y, z) + 9 * Math.sin(0.31 * x) * Math.cos(0.23 * y) + 0.2 * z);
}

const LATTICE = { sizeXyz: [83, 89, 59], spacingXyzMm: [1.3, 1.15, 2.1], lowest: [-50.2, -110.7, 251.4] } as const;
const [middle = worldPoint(0, 0, 0)] = spineCentres().slice(2);

function scan(directions: SyntheticCt['directions']): VolumeSource {
  const headers: SliceHeader[] = [];
  const pixels: Uint16Array[] = [];
  writeSyntheticCt({ ...scanLattice(LATTICE, directions), huAt }).forEach(({ name, bytes }, fileId) => {
    const reading = readBytes(bytes, name, fileId);
    if (reading.kind !== 'slices') throw new Error(name);
    headers.push(...reading.slices);
    const element = dicomParser.parseDicom(bytes).elements['x7fe00010'];
    if (element === undefined) throw new Error(name);
    pixels.push(new Uint16Array(bytes.slice(element.dataOffset, element.dataOffset + element.length).buffer));
  });
  // Files come in any order.
  const [series] = makeSeriesList(headers.toReversed()).series;
  if (series === undefined || series.grid === null) throw new Error('The scan makes no grid.');
  const { sizeVox, indexToWorld } = series.grid;
  const values = new Int16Array(sizeVox[0] * sizeVox[1] * sizeVox[2]);
  series.slices.forEach(({ fileId, rescaleIntercept }, k) => {
    pixels[fileId]?.forEach((stored, n) => {
      values[k * sizeVox[0] * sizeVox[1] + n] = stored + (rescaleIntercept ?? 0);
    });
  });
  return new ArrayVolume('scan', sizeVox, indexToWorld, values);
}

function patchOf(volume: VolumeSource, centre: WorldPoint): Float64Array {
  const block = cropForPatch(volume, centre, spec);
  return resamplePatch(block, placePatch(block.indexToWorld, centre, spec), spec.outsideHu).valuesHu;
}

function measured(volume: VolumeSource, centre: WorldPoint) {
  const result = measureRoi(volume, centre, 120);
  if (!result.ok) throw new Error(result.error.sentence);
  return result.value;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, n) => Math.max(largest, Math.abs(value - (b[n] ?? Number.NaN))), 0);
}

describe('a scan along other axes than axial and supine', () => {
  const twin = scan(ACQUISITIONS['axial, supine'] ?? [[1, 0, 0], [0, 1, 0]]);
  const scans = Object.fromEntries(Object.entries(ACQUISITIONS).map(([name, directions]) => [name, scan(directions)]));

  test('should have the same measure and the same patch as its twin, anywhere', () => {
    const anywhere = record({ x: double({ min: -9, max: 9, noNaN: true }), y: double({ min: -9, max: 9, noNaN: true }), z: double({ min: -45, max: 45, noNaN: true }), name: constantFrom(...Object.keys(scans)) });
    assert(
      property(anywhere, ({ x, y, z, name }) => {
        const volume = scans[name] ?? twin;
        const centre = addVector(middle, [x, y, z]);
        const [one, other] = [measured(volume, centre), measured(twin, centre)];
        // The same voxels in another order: only rounding is left.
        expect(one.meanHu, name).toBeCloseTo(other.meanHu, 4);
        expect(one.sdHu, name).toBeCloseTo(other.sdHu, 4);
        expect(one.vbmdMgCm3 ?? Number.NaN, name).toBeCloseTo(other.vbmdMgCm3 ?? 0, 4);
        expect(largestDifference(patchOf(volume, centre), patchOf(twin, centre)), name).toBeLessThan(1e-3);
      }),
      { numRuns: 60, seed: 11, examples: Object.keys(scans).map((name) => [{ x: 1.7, y: -2.3, z: 4.1, name }]) },
    );
  });

  test.each(Object.keys(ACQUISITIONS))('should have its bodies found where the twin has them: %s', (name) => {
    const clicked = addVector(middle, [5, -4, 3]);
    const [one, other] = [snapToBody(scans[name] ?? twin, clicked), snapToBody(twin, clicked)];
    expect(one.moved).toBe(true);
    for (const axis of [0, 1, 2] as const) expect(one.centreLps[axis]).toBeCloseTo(other.centreLps[axis], 3);
  });

  test('should differ where one axis is swapped, so that the tests above can fail', () => {
    const wrong = new ArrayVolume('wrong', twin.sizeVox, twin.indexToWorld.map((value, n) => (n === 5 ? -value : value)), (twin as ArrayVolume).valuesHu);
    expect(() => expect(measured(wrong, middle).meanHu).toBeCloseTo(measured(twin, middle).meanHu, 1)).toThrow();
  });
});

describe('an oblique scan', () => {
  // Trilinear interpolation of f between samples h apart is off by h² / 8 · max |f″| at most, along each axis.
  const smooth = (x: number, y: number, z: number): number => 180 + 40 * Math.sin(0.05 * x) + 30 * Math.cos(0.04 * y) + 25 * Math.sin(0.03 * z) + 0.8 * x - 0.5 * z;
  const spacingMm = [1.3, 1.1, 2.3] as const;
  const curvature = 40 * 0.05 ** 2 + 30 * 0.04 ** 2 + 25 * 0.03 ** 2;
  const bound = (spacingMm.reduce((sum, mm) => sum + mm * mm, 0) / 8) * curvature;
  const whole = 0.5;

  test('should have the measure and the patch of the axial scan within the error of interpolation', () => {
    const centre = worldPoint(11.3, -47.9, 288.2);
    const axial = turned(0, 0, centre);
    assert(
      property(double({ min: -Math.PI, max: Math.PI, noNaN: true }), double({ min: -1.2, max: 1.2, noNaN: true }), (about, tilt) => {
        const volume = turned(about, tilt, centre);
        expect(Math.abs(measured(volume, centre).meanHu - measured(axial, centre).meanHu)).toBeLessThan(bound + 0.05);
        expect(largestDifference(patchOf(volume, centre), patchOf(axial, centre))).toBeLessThan(2 * (bound + whole));
      }),
      { numRuns: 8, seed: 3 },
    );
  });

  /** A scan turned about z, then tilted about its own rows, whose middle is off the centre. */
  function turned(about: number, tilt: number, centre: WorldPoint): VolumeSource {
    const [c, s, ct, st] = [Math.cos(about), Math.sin(about), Math.cos(tilt), Math.sin(tilt)];
    const row: WorldVector = [c, s, 0];
    const column: WorldVector = [-s * ct, c * ct, st];
    const normal: WorldVector = [s * st, -c * st, ct];
    const sizeVox = [97, 105, 53] as const;
    const back = sizeVox.map((count, axis) => -(count / 2 + 1.3) * (spacingMm[axis] ?? 0));
    const origin = worldPoint(...([0, 1, 2] as const).map((axis) => centre[axis] + (back[0] ?? 0) * row[axis] + (back[1] ?? 0) * column[axis] + (back[2] ?? 0) * normal[axis]) as [number, number, number]);
    return makeSyntheticVolume(smooth, { sizeVox, spacingMm, origin, directions: [row, column, normal] });
  }
});
