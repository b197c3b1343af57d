import { data } from 'dcmjs';

type Vector = readonly [number, number, number];

/** One CT stack to be written; lengths in mm, space LPS. */
export type SyntheticCt = {
  /** Columns, rows, slices. */
  readonly sizeVox: Vector;
  /** Between columns, between rows, between slices. */
  readonly spacingMm: Vector;
  /** Centre of the first pixel of the first slice. */
  readonly origin: Vector;
  /** Unit vectors along a row, along a column. Slices step along their cross product. */
  readonly directions: readonly [Vector, Vector];
  /** Hounsfield units at a point, from −1024 to 3071; fractions are rounded. */
  readonly huAt: (x: number, y: number, z: number) => number;
  readonly modality: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly frameOfReferenceUid: string;
  readonly seriesNumber: number;
  readonly seriesDescription: string;
  readonly patientName: string;
  readonly kvp: number | null;
  readonly kernel: string | null;
  readonly sliceThicknessMm: number | null;
  readonly contrastBolusAgent: string | null;
  /**
   * Faults: elements by DICOM keyword that replace those of slice k (undefined leaves one out), or null for no file.
   * `position` is what ImagePositionPatient would be.
   */
  readonly change: (k: number, position: Vector) => Record<string, unknown> | null;
};

export type SyntheticFile = { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const UID_ROOT = '1.2.826.0.1.3680043.10.1562';
const RESCALE_INTERCEPT = -1024;

/** Anisotropic, offset, no two sizes alike: swapped axes cannot pass a test by luck. 12 slices over 30 mm. */
export const DEFAULT_CT: SyntheticCt = {
  sizeVox: [9, 7, 12],
  spacingMm: [0.8, 1.1, 2.5],
  origin: [-31.5, 17.25, -840.5],
  directions: [
    [1, 0, 0],
    [0, 1, 0],
  ],
  huAt: () => 0,
  modality: 'CT',
  studyInstanceUid: `${UID_ROOT}.1`,
  seriesInstanceUid: `${UID_ROOT}.1.2`,
  frameOfReferenceUid: `${UID_ROOT}.1.9`,
  seriesNumber: 3,
  seriesDescription: 'Abdomen 2.5',
  patientName: 'SYNTHETIC^SPINE',
  kvp: 120,
  kernel: 'B30f',
  sliceThicknessMm: 3,
  contrastBolusAgent: null,
  change: () => ({}),
};

/** Writes one uncompressed DICOM file a slice, named by slice, first at `origin`. Whatever is not given is DEFAULT_CT's. */
export function writeSyntheticCt(overrides: Partial<SyntheticCt> = {}): SyntheticFile[] {
  const ct: SyntheticCt = { ...DEFAULT_CT, ...overrides };
  return Array.from({ length: ct.sizeVox[2] }, (_, k) => k).flatMap((k) => {
    const position = along(ct.origin, normalOf(ct), k * ct.spacingMm[2]);
    const changes = ct.change(k, position);
    return changes === null ? [] : [{ name: `IM${String(k + 1).padStart(4, '0')}.dcm`, bytes: writeDataset({ ...slice(ct, k, position), ...changes }) }];
  });
}

/** Unit vector along which the slices step. */
export function normalOf({ directions: [a, b] }: Pick<SyntheticCt, 'directions'>): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Any data set, by DICOM keyword; undefined values are left out. */
export function writeDataset(elements: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const present = Object.entries(elements)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([keyword, value]) => [keyword, asDecimal(value)]);
  return new Uint8Array(data.datasetToDict({ _meta: {}, _vrMap: { PixelData: 'OW' }, ...Object.fromEntries(present) }).write());
}

/** DS holds 16 characters: numbers alone or in a list keep eight decimals. */
function asDecimal(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toFixed(8));
  return Array.isArray(value) ? value.map(asDecimal) : value;
}

function slice(ct: SyntheticCt, k: number, position: Vector): Record<string, unknown> {
  const [columns, rows] = ct.sizeVox;
  return {
    _meta: { TransferSyntaxUID: { Value: [EXPLICIT_LITTLE_ENDIAN], vr: 'UI' } },
    SOPClassUID: CT_IMAGE_STORAGE,
    SOPInstanceUID: `${ct.seriesInstanceUid}.${k + 1}`,
    StudyInstanceUID: ct.studyInstanceUid,
    SeriesInstanceUID: ct.seriesInstanceUid,
    FrameOfReferenceUID: ct.frameOfReferenceUid,
    Modality: ct.modality,
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    SeriesNumber: ct.seriesNumber,
    AcquisitionNumber: 1,
    InstanceNumber: k + 1,
    SeriesDescription: ct.seriesDescription,
    StudyDate: '20260101',
    PatientName: ct.patientName,
    PatientID: 'SYNTHETIC-1',
    PatientPosition: 'HFS',
    KVP: ct.kvp,
    ConvolutionKernel: ct.kernel,
    SliceThickness: ct.sliceThicknessMm,
    ContrastBolusAgent: ct.contrastBolusAgent,
    Rows: rows,
    Columns: columns,
    PixelSpacing: [ct.spacingMm[1], ct.spacingMm[0]],
    ImagePositionPatient: position,
    ImageOrientationPatient: ct.directions.flat(),
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    RescaleSlope: 1,
    RescaleIntercept: RESCALE_INTERCEPT,
    RescaleType: 'HU',
    WindowCenter: 300,
    WindowWidth: 1500,
    PixelData: pixels(ct, position),
  };
}

function pixels(ct: SyntheticCt, position: Vector): ArrayBuffer {
  const [columns, rows] = ct.sizeVox;
  const values = new Uint16Array(columns * rows);
  for (let j = 0; j < rows; j += 1) {
    const start = along(position, ct.directions[1], j * ct.spacingMm[1]);
    for (let i = 0; i < columns; i += 1) {
      const [x, y, z] = along(start, ct.directions[0], i * ct.spacingMm[0]);
      const stored = Math.round(ct.huAt(x, y, z)) - RESCALE_INTERCEPT;
      values[j * columns + i] = Math.min(Math.max(stored, 0), 4095);
    }
  }
  return values.buffer;
}

function along(point: Vector, direction: Vector, mm: number): Vector {
  return [point[0] + direction[0] * mm, point[1] + direction[1] * mm, point[2] + direction[2] * mm];
}
