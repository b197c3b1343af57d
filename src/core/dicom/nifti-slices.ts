import { indexToWorld, stepVectors } from '../geometry/affine.ts';
import { voxelIndex, type WorldVector } from '../geometry/spaces.ts';
import type { NiftiHeader } from './nifti-header.ts';
import type { ValueFacts } from './nifti-values.ts';
import { bytesPerValue } from './raw-pixels.ts';
import type { SliceHeader } from './series.ts';

export type NiftiSource = {
  /** Index of the file in the list that was opened. */
  readonly fileId: number;
  readonly fileName: string;
  /** Made from the content, so that saved results find the scan again (docs/results-file.md); null where it could not be made. */
  readonly contentUid: string | null;
};

/** A NIfTI volume of HU as one CT slice header per k, in the order of the file. NIfTI says nothing of patient and acquisition. */
export function niftiSlices(header: NiftiHeader, values: ValueFacts, source: NiftiSource): readonly SliceHeader[] {
  const [columns, rows, count] = header.sizeVox;
  const [alongI, alongJ] = stepVectors(header.indexToWorld);
  const sliceBytes = columns * rows * bytesPerValue(header.numberType);
  return Array.from({ length: count }, (_none, k): SliceHeader => {
    const { fileId, fileName, contentUid } = source;
    return {
      ...SILENT,
      fileId,
      fileName,
      frame: k,
      numberOfFrames: count,
      sopInstanceUid: contentUid,
      seriesInstanceUid: contentUid,
      seriesDescription: stemOf(fileName),
      instanceNumber: k + 1,
      rows,
      columns,
      pixelSpacing: [Math.hypot(...alongJ), Math.hypot(...alongI)],
      imagePositionPatient: [...indexToWorld(header.indexToWorld, voxelIndex(0, 0, k))] as [number, number, number],
      imageOrientationPatient: [...unit(alongI), ...unit(alongJ)],
      rescaleSlope: header.slope,
      rescaleIntercept: header.intercept,
      rescaleType: null,
      raw: {
        numberType: header.numberType,
        isLittleEndian: header.isLittleEndian,
        offsetBytes: header.offsetBytes + k * sliceBytes,
        isWhole: values.isWhole,
        missingVoxels: values.missingVoxels,
      },
    };
  });
}

/** The file's name without folders and ending: what the series is called. */
function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/(\.nii)?(\.gz)?$/i, '');
}

function unit([x, y, z]: WorldVector): readonly [number, number, number] {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

const SILENT = {
  transferSyntaxUid: '',
  sopClassUid: null,
  studyInstanceUid: null,
  frameOfReferenceUid: null,
  modality: 'CT',
  imageType: [],
  studyDescription: null,
  seriesNumber: null,
  acquisitionNumber: null,
  studyDate: null,
  patientName: null,
  patientId: null,
  patientSex: null,
  patientAge: null,
  bodyPartExamined: null,
  patientPosition: null,
  manufacturer: null,
  manufacturerModelName: null,
  imageComments: null,
  sliceThickness: null,
  gantryDetectorTilt: null,
  bitsAllocated: null,
  bitsStored: null,
  highBit: null,
  pixelRepresentation: null,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  windowCenter: [],
  windowWidth: [],
  kvp: null,
  convolutionKernel: null,
  contrastBolusAgent: null,
  pixelPadding: null,
  hasPixelData: true,
} as const satisfies Partial<SliceHeader>;
