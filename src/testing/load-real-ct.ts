/** Reads the real CTs of shared/data for tests in Node. They never enter the repo: absent means null, and the test skips. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import dicomParser, { type DataSet } from 'dicom-parser';
import { decompress, isCompressed, isNIFTI, NIFTI1, readHeader, readImage } from 'nifti-reader-js';
import { makeAffine, type Affine } from '#src/core/geometry/affine.ts';
import { worldPoint, type WorldVector } from '#src/core/geometry/spaces.ts';
import { ArrayVolume } from './synthetic-volume.ts';

const repositoryRoot = path.resolve(import.meta.dirname, '../..');

/** OSTEOLENS_TEST_DATA, or ../shared/data beside the repository. */
export function testDataPath(...parts: readonly string[]): string {
  const root = process.env['OSTEOLENS_TEST_DATA'] ?? path.join(repositoryRoot, '../shared/data');
  return path.join(root, ...parts);
}

/** The sentence a skipped test shows. */
export const NO_TEST_DATA = 'real CTs are absent (OSTEOLENS_TEST_DATA)';

export function hasTestData(...parts: readonly string[]): boolean {
  return existsSync(testDataPath(...parts));
}

function numbers(dataSet: DataSet, tag: string, count: number): number[] {
  const values = (dataSet.string(tag) ?? '').split('\\').map(Number);
  if (values.length !== count || values.some((value) => !Number.isFinite(value))) throw new Error(`Bad ${tag}.`);
  return values;
}

type Slice = {
  readonly z: number;
  readonly position: readonly number[];
  readonly orientation: readonly number[];
  readonly spacing: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly valuesHu: Int16Array;
};

function cross(a: readonly number[], b: readonly number[]): [number, number, number] {
  const [ax = 0, ay = 0, az = 0] = a;
  const [bx = 0, by = 0, bz = 0] = b;
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

function readSlice(file: string): Slice {
  const bytes = readFileSync(file);
  const dataSet = dicomParser.parseDicom(bytes);
  const pixels = dataSet.elements['x7fe00010'];
  const rows = dataSet.uint16('x00280010') ?? 0;
  const columns = dataSet.uint16('x00280011') ?? 0;
  if (pixels === undefined || pixels.encapsulatedPixelData === true || dataSet.uint16('x00280100') !== 16) {
    throw new Error(`${file}: only uncompressed 16-bit pixels are read here.`);
  }
  const slope = dataSet.floatString('x00281053') ?? 1;
  const intercept = dataSet.floatString('x00281052') ?? 0;
  const isSigned = dataSet.uint16('x00280103') === 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset + pixels.dataOffset, rows * columns * 2);
  const valuesHu = new Int16Array(rows * columns);
  for (let n = 0; n < valuesHu.length; n += 1) {
    const stored = isSigned ? view.getInt16(n * 2, true) : view.getUint16(n * 2, true);
    valuesHu[n] = Math.round(stored * slope + intercept);
  }
  const position = numbers(dataSet, 'x00200032', 3);
  const orientation = numbers(dataSet, 'x00200037', 6);
  const normal = cross(orientation.slice(0, 3), orientation.slice(3));
  const z = position.reduce((sum, value, axis) => sum + value * (normal[axis] ?? 0), 0);
  return { z, position, orientation, spacing: numbers(dataSet, 'x00280030', 2), rows, columns, valuesHu };
}

/** One folder of uncompressed axial slices (regular spacing assumed) as one scan in HU. */
export function loadDicomFolder(...parts: readonly string[]): ArrayVolume {
  const folder = testDataPath(...parts);
  const slices = readdirSync(folder)
    .map((name) => readSlice(path.join(folder, name)))
    .sort((a, b) => a.z - b.z);
  const [first, second] = slices;
  if (first === undefined || second === undefined) throw new Error(`${folder}: fewer than two slices.`);
  const size = first.rows * first.columns;
  const values = new Int16Array(size * slices.length);
  slices.forEach((slice, k) => {
    values.set(slice.valuesHu, k * size);
  });
  const [ix = 0, iy = 0, iz = 0, jx = 0, jy = 0, jz = 0] = first.orientation;
  const directions: [WorldVector, WorldVector, WorldVector] = [
    [ix, iy, iz],
    [jx, jy, jz],
    cross([ix, iy, iz], [jx, jy, jz]),
  ];
  const [x = 0, y = 0, z = 0] = first.position;
  const [betweenRows = 1, betweenColumns = 1] = first.spacing;
  const affine = makeAffine(worldPoint(x, y, z), directions, [betweenColumns, betweenRows, second.z - first.z]);
  return new ArrayVolume(path.basename(folder), [first.columns, first.rows, slices.length], affine, values);
}

function bufferOf(file: string): ArrayBuffer {
  const bytes = readFileSync(file);
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return isCompressed(copy.buffer) ? (decompress(copy.buffer) as ArrayBuffer) : copy.buffer;
}

function typedVoxels(code: number, image: ArrayBuffer): ArrayLike<number> {
  switch (code) {
    case NIFTI1.TYPE_UINT8:
      return new Uint8Array(image);
    case NIFTI1.TYPE_INT16:
      return new Int16Array(image);
    case NIFTI1.TYPE_UINT16:
      return new Uint16Array(image);
    case NIFTI1.TYPE_INT32:
      return new Int32Array(image);
    case NIFTI1.TYPE_FLOAT32:
      return new Float32Array(image);
    case NIFTI1.TYPE_FLOAT64:
      return new Float64Array(image);
    default:
      throw new Error(`NIfTI data type ${code} is not read here.`);
  }
}

/** A little-endian NIfTI file (.nii, .nii.gz). Its RAS+ world becomes LPS: the first two rows of the affine change sign. */
export function loadNifti(...parts: readonly string[]): ArrayVolume {
  const file = testDataPath(...parts);
  const data = bufferOf(file);
  if (!isNIFTI(data)) throw new Error(`${file} is no NIfTI file.`);
  const header = readHeader(data);
  const [, ni = 0, nj = 0, nk = 0] = header.dims;
  const voxels = typedVoxels(header.datatypeCode, readImage(header, data));
  const slope = header.scl_slope === 0 || !Number.isFinite(header.scl_slope) ? 1 : header.scl_slope;
  const intercept = Number.isFinite(header.scl_inter) ? header.scl_inter : 0;
  const values = new Int16Array(ni * nj * nk);
  for (let n = 0; n < values.length; n += 1) values[n] = Math.round((voxels[n] ?? 0) * slope + intercept);
  const affine: Affine = header.affine.flatMap((row, r) => row.map((value) => (r < 2 ? -value : value)));
  return new ArrayVolume(path.basename(file), [ni, nj, nk], affine, values);
}
