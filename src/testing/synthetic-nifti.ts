import type { NumberType } from '#src/core/dicom/raw-pixels.ts';

type Vector = readonly [number, number, number];
type Row = readonly [number, number, number, number];

/** One NIfTI file to be written; RAS+ world, mm unless `units` says otherwise. */
export type SyntheticNifti = {
  readonly version: 1 | 2;
  readonly isLittleEndian: boolean;
  readonly numberType: NumberType;
  /** Overrides of datatype and bits per voxel, for types that are not read. */
  readonly code: readonly [type: number, bits: number] | null;
  readonly sizeVox: Vector;
  /** Dimensions behind the third. */
  readonly more: readonly number[];
  readonly sform: readonly [Row, Row, Row] | null;
  /** Quaternion b, c, d and offset; pixdim gives the spacing and pixdim[0] the handedness. */
  readonly qform: { readonly quaternion: Vector; readonly offset: Vector; readonly code?: number } | null;
  readonly pixdim: Row;
  readonly units: number;
  readonly intent: number;
  readonly slope: number;
  readonly intercept: number;
  readonly magic: string | null;
  readonly offsetBytes: number;
  /** Stored value of a voxel. */
  readonly valueAt: (i: number, j: number, k: number) => number;
};

const NIFTI_CODES: Readonly<Record<NumberType, readonly [type: number, bits: number]>> = {
  uint8: [2, 8], int16: [4, 16], int32: [8, 32], float32: [16, 32], float64: [64, 64], int8: [256, 8], uint16: [512, 16], uint32: [768, 32],
};

/** Anisotropic, offset, turned about two axes, no two sizes alike; from air to bone. */
export const DEFAULT_NIFTI: SyntheticNifti = {
  version: 1,
  isLittleEndian: true,
  numberType: 'int16',
  code: null,
  sizeVox: [9, 7, 12],
  more: [],
  sform: obliqueSform([0.8, 1.1, 2.5], [31.5, -17.25, -840.5]),
  qform: null,
  pixdim: [1, 0.8, 1.1, 2.5],
  units: 2,
  intent: 0,
  slope: 1,
  intercept: 0,
  magic: null,
  offsetBytes: 0,
  valueAt: huPattern,
};

/** HU that tell the voxels apart: no axis can be swapped or turned round unseen. −1000 to about 900. */
export function huPattern(i: number, j: number, k: number): number {
  return -1000 + 3 * i + 31 * j + 150 * k;
}

/** Rows of an sform turned by 20° about the patient's long axis and 10° about the left-right axis. */
export function obliqueSform([si, sj, sk]: Vector, [x, y, z]: Vector): readonly [Row, Row, Row] {
  const [a, b] = [(20 * Math.PI) / 180, (10 * Math.PI) / 180];
  const rotation = [
    [Math.cos(a), -Math.sin(a) * Math.cos(b), Math.sin(a) * Math.sin(b)],
    [Math.sin(a), Math.cos(a) * Math.cos(b), -Math.cos(a) * Math.sin(b)],
    [0, Math.sin(b), Math.cos(b)],
  ] as const;
  const row = (r: 0 | 1 | 2, offset: number): Row => [rotation[r][0] * si, rotation[r][1] * sj, rotation[r][2] * sk, offset];
  return [row(0, x), row(1, y), row(2, z)];
}

/** Offsets by nifti1.h and nifti2.h, not by the library that reads them. Whatever is not given is DEFAULT_NIFTI's. */
export function writeNifti(overrides: Partial<SyntheticNifti> = {}): Uint8Array<ArrayBuffer> {
  const nifti = { ...DEFAULT_NIFTI, ...overrides };
  const [type, bits] = nifti.code ?? NIFTI_CODES[nifti.numberType];
  const [ni, nj, nk] = nifti.sizeVox;
  const offset = Math.max(nifti.offsetBytes, nifti.version === 1 ? 352 : 544);
  const repeats = nifti.more.reduce((product, count) => product * count, 1);
  const bytes = new Uint8Array(offset + (ni * nj * nk * repeats * bits) / 8);
  const view = new DataView(bytes.buffer);
  if (nifti.version === 1) writeHeader1(view, nifti, type, bits, offset);
  else writeHeader2(view, nifti, type, bits, offset);
  if (nifti.code !== null) return bytes;
  for (let n = 0; n < ni * nj * nk; n += 1) {
    const value = nifti.valueAt(n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj)));
    setValue(view, offset + (n * bits) / 8, value, nifti);
  }
  return bytes;
}

function setValue(view: DataView, at: number, value: number, { numberType, isLittleEndian }: SyntheticNifti): void {
  switch (numberType) {
    case 'int8': return view.setInt8(at, value);
    case 'uint8': return view.setUint8(at, value);
    case 'int16': return view.setInt16(at, value, isLittleEndian);
    case 'uint16': return view.setUint16(at, value, isLittleEndian);
    case 'int32': return view.setInt32(at, value, isLittleEndian);
    case 'uint32': return view.setUint32(at, value, isLittleEndian);
    case 'float32': return view.setFloat32(at, value, isLittleEndian);
    case 'float64': return view.setFloat64(at, value, isLittleEndian);
  }
}

function dimsOf({ sizeVox, more }: SyntheticNifti): readonly number[] {
  return [3 + more.length, ...sizeVox, ...more, ...Array.from({ length: 4 - more.length }, () => 1)];
}

function writeHeader1(view: DataView, nifti: SyntheticNifti, type: number, bits: number, offset: number): void {
  const { isLittleEndian: le, sform, qform } = nifti;
  view.setInt32(0, 348, le);
  dimsOf(nifti).forEach((count, n) => view.setInt16(40 + 2 * n, count, le));
  view.setInt16(68, nifti.intent, le);
  view.setInt16(70, type, le);
  view.setInt16(72, bits, le);
  nifti.pixdim.forEach((value, n) => view.setFloat32(76 + 4 * n, value, le));
  view.setFloat32(108, offset, le);
  view.setFloat32(112, nifti.slope, le);
  view.setFloat32(116, nifti.intercept, le);
  view.setUint8(123, nifti.units);
  view.setInt16(252, qform === null ? 0 : (qform.code ?? 1), le);
  view.setInt16(254, sform === null ? 0 : 1, le);
  [...(qform?.quaternion ?? []), ...(qform?.offset ?? [])].forEach((value, n) => view.setFloat32(256 + 4 * n, value, le));
  sform?.flat().forEach((value, n) => view.setFloat32(280 + 4 * n, value, le));
  writeText(view, 344, nifti.magic ?? 'n+1\0');
}

function writeHeader2(view: DataView, nifti: SyntheticNifti, type: number, bits: number, offset: number): void {
  const { isLittleEndian: le, sform, qform } = nifti;
  view.setInt32(0, 540, le);
  writeText(view, 4, nifti.magic ?? 'n+2\0\r\n\u001A\n');
  view.setInt16(12, type, le);
  view.setInt16(14, bits, le);
  dimsOf(nifti).forEach((count, n) => view.setBigInt64(16 + 8 * n, BigInt(count), le));
  nifti.pixdim.forEach((value, n) => view.setFloat64(104 + 8 * n, value, le));
  view.setBigInt64(168, BigInt(offset), le);
  view.setFloat64(176, nifti.slope, le);
  view.setFloat64(184, nifti.intercept, le);
  view.setInt32(344, qform === null ? 0 : (qform.code ?? 1), le);
  view.setInt32(348, sform === null ? 0 : 1, le);
  [...(qform?.quaternion ?? []), ...(qform?.offset ?? [])].forEach((value, n) => view.setFloat64(352 + 8 * n, value, le));
  sform?.flat().forEach((value, n) => view.setFloat64(400 + 8 * n, value, le));
  view.setInt32(500, nifti.units, le);
  view.setInt32(504, nifti.intent, le);
}

function writeText(view: DataView, at: number, text: string): void {
  for (let n = 0; n < text.length; n += 1) view.setUint8(at + n, text.charCodeAt(n));
}
