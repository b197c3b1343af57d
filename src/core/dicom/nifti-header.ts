import { NIFTI1, NIFTI2, isNIFTI1, isNIFTI2, readHeader } from 'nifti-reader-js';
import type { Affine } from '../geometry/affine.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { FileFaultCode } from './file-fault.ts';
import { bytesPerValue, type NumberType } from './raw-pixels.ts';

/** Enough of a file to tell NIfTI from all else and to read its header. */
export const NIFTI_HEADER_BYTES = 540;

/** What a NIfTI header says of one volume. */
export type NiftiHeader = {
  /** Columns, rows, slices: i fastest. */
  readonly sizeVox: readonly [number, number, number];
  /** Voxel index to LPS mm; a left-handed or sheared grid is given as it is. */
  readonly indexToWorld: Affine;
  readonly numberType: NumberType;
  readonly isLittleEndian: boolean;
  /** First voxel, bytes from the file's start. */
  readonly offsetBytes: number;
  readonly slope: number;
  readonly intercept: number;
  /** The header calls the voxels labels (intent code 1002). */
  readonly isLabels: boolean;
};

/** NIfTI-1 and -2 data types that hold one real number which a double can hold. */
const NUMBER_TYPES: Readonly<Record<number, NumberType>> = {
  [NIFTI1.TYPE_INT8]: 'int8', [NIFTI1.TYPE_UINT8]: 'uint8', [NIFTI1.TYPE_INT16]: 'int16', [NIFTI1.TYPE_UINT16]: 'uint16',
  [NIFTI1.TYPE_INT32]: 'int32', [NIFTI1.TYPE_UINT32]: 'uint32', [NIFTI1.TYPE_FLOAT32]: 'float32', [NIFTI1.TYPE_FLOAT64]: 'float64',
};
const RGBA32 = 2304;
/** What NIfTI-1 can state; more along an axis is a damaged NIfTI-2 header. */
const MAX_SIZE = 32767;
const INTENT_LABEL = 1002;
/** Millimetres of the spatial units; files that name none mean millimetres. */
const UNIT_MM: Readonly<Record<number, number>> = { [NIFTI1.UNITS_METER]: 1000, [NIFTI1.UNITS_MICRON]: 0.001 };
const SROW_BYTE = 280;

/** Whether a file begins as NIfTI-1 or -2, single or as the header half of a pair. */
export function isNifti(bytes: Uint8Array<ArrayBuffer>): boolean {
  const size = headerBytes(bytes);
  if (size === null || bytes.length < size) return false;
  const data = bytes.slice(0, NIFTI_HEADER_BYTES).buffer;
  return size === NIFTI1.MAGIC_COOKIE ? isNIFTI1(data, true) : isNIFTI2(data, true);
}

/**
 * Reads the header of a file that isNifti has recognised. NIfTI's world is RAS+; here it becomes LPS.
 * sform before qform, as nibabel and ITK-SNAP do. Source: nifti1.h and nifti2.h, https://nifti.nimh.nih.gov
 * @param fileBytes length of the whole file
 */
export function readNiftiHeader(bytes: Uint8Array<ArrayBuffer>, fileBytes: number): Result<NiftiHeader, FileFaultCode> {
  const size = headerBytes(bytes) ?? NIFTI1.MAGIC_COOKIE;
  // Exactly the header: with more, the library reads extensions and throws at those it does not know.
  const header = readHeader(bytes.slice(0, size).buffer, true);
  // The magic is ni1 or ni2 for a pair, n+1 or n+2 for a single file.
  if (header.magic.startsWith('ni')) return fail('nifti-pair');
  const [rank = 0, ni = 0, nj = 0, nk = 0, ...more] = header.dims;
  if (more.slice(0, Math.max(0, rank - 3)).some((count) => count > 1)) return fail('nifti-volumes');
  if (header.datatypeCode === NIFTI1.TYPE_RGB24 || header.datatypeCode === RGBA32) return fail('nifti-colour');
  const numberType = NUMBER_TYPES[header.datatypeCode];
  if (numberType === undefined) return fail('nifti-number-type');
  const sizeVox = [ni, nj, rank < 3 ? 1 : nk] as const;
  if (rank < 2 || sizeVox.some((count) => !(Number.isInteger(count) && count > 0 && count <= MAX_SIZE))) return fail('nifti-broken');
  const offsetBytes = Math.max(size + 4, header.vox_offset);
  const voxelBytes = sizeVox[0] * sizeVox[1] * sizeVox[2] * bytesPerValue(numberType);
  if (!Number.isSafeInteger(offsetBytes) || offsetBytes + voxelBytes > fileBytes) return fail('nifti-broken');
  const indexToWorld = affineOf(header, bytes);
  if (indexToWorld === null) return fail('nifti-no-orientation');
  // A slope of 0 (and, from some writers, NaN) means that the stored values are the values.
  const isScaled = Number.isFinite(header.scl_slope) && header.scl_slope !== 0;
  return ok({
    sizeVox,
    indexToWorld,
    numberType,
    isLittleEndian: header.littleEndian,
    offsetBytes,
    slope: isScaled ? header.scl_slope : 1,
    intercept: isScaled && Number.isFinite(header.scl_inter) ? header.scl_inter : 0,
    isLabels: header.intent_code === INTENT_LABEL,
  });
}

/** sizeof_hdr in either byte order, 348 or 540; null for every other file. */
function headerBytes(bytes: Uint8Array): number | null {
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  return [NIFTI1.MAGIC_COOKIE, NIFTI2.MAGIC_COOKIE].find((size) => view.getInt32(0, true) === size || view.getInt32(0, false) === size) ?? null;
}

/** Null where neither form says how the grid lies in the patient, or the axes do not span space. */
function affineOf(header: NIFTI1 | NIFTI2, bytes: Uint8Array): Affine | null {
  const ras = header.sform_code > 0 ? sformOf(header, bytes) : header.qform_code > 0 ? header.getQformMat() : null;
  if (ras === null) return null;
  const unit = UNIT_MM[header.xyzt_units & NIFTI1.SPATIAL_UNITS_MASK] ?? 1;
  const lps = ras.slice(0, 3).flatMap((row, axis) => row.map((value) => unit * (axis < 2 ? 0 - value : value)));
  const [a = 0, b = 0, c = 0, , d = 0, e = 0, f = 0, , g = 0, h = 0, i = 0] = lps;
  const volume = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return lps.every(Number.isFinite) && Math.abs(volume) > 0 ? [...lps, 0, 0, 0, 1] : null;
}

/** The library gives a NIfTI-1 file's qform in its place where the qform code is the larger, so the rows are read here. */
function sformOf(header: NIFTI1 | NIFTI2, bytes: Uint8Array): number[][] {
  if (header instanceof NIFTI2) return header.affine;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => view.getFloat32(SROW_BYTE + (row * 4 + column) * 4, header.littleEndian)));
}
