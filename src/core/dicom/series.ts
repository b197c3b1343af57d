import type { Affine } from '../geometry/affine.ts';
import type { RawPixels } from './raw-pixels.ts';

/** What one file's header says of one slice, by the names of DICOM; null where the header is silent. Lengths mm, angles as DICOM has them. */
export type SliceHeader = {
  /** Index of the file in the list that was opened. */
  readonly fileId: number;
  readonly fileName: string;
  /** Frame of a multi-frame file, from 0; 0 for every other file. */
  readonly frame: number;
  readonly transferSyntaxUid: string;
  readonly sopClassUid: string | null;
  readonly sopInstanceUid: string | null;
  readonly studyInstanceUid: string | null;
  readonly seriesInstanceUid: string | null;
  readonly frameOfReferenceUid: string | null;
  readonly modality: string | null;
  readonly imageType: readonly string[];
  readonly studyDescription: string | null;
  readonly seriesDescription: string | null;
  readonly seriesNumber: number | null;
  readonly acquisitionNumber: number | null;
  readonly instanceNumber: number | null;
  /** Phase of the heart, of breathing or of a bolus, in the header's own words; left out where it has none. */
  readonly phase?: string;
  readonly studyDate: string | null;
  readonly patientName: string | null;
  readonly patientId: string | null;
  readonly patientSex: string | null;
  readonly patientAge: string | null;
  readonly bodyPartExamined: string | null;
  readonly patientPosition: string | null;
  readonly manufacturer: string | null;
  readonly manufacturerModelName: string | null;
  readonly imageComments: string | null;
  readonly rows: number | null;
  readonly columns: number | null;
  /** Frames in the file. Above 1, each frame of an enhanced CT has its own header. */
  readonly numberOfFrames: number;
  /** [between rows (down), between columns (across)], as in PixelSpacing. */
  readonly pixelSpacing: readonly [number, number] | null;
  /** LPS of the centre of the first pixel. */
  readonly imagePositionPatient: readonly [number, number, number] | null;
  /** Direction of a row (along i), then of a column (along j). */
  readonly imageOrientationPatient: readonly [number, number, number, number, number, number] | null;
  readonly sliceThickness: number | null;
  readonly gantryDetectorTilt: number | null;
  readonly bitsAllocated: number | null;
  readonly bitsStored: number | null;
  readonly highBit: number | null;
  readonly pixelRepresentation: number | null;
  readonly samplesPerPixel: number | null;
  readonly photometricInterpretation: string | null;
  readonly rescaleSlope: number | null;
  readonly rescaleIntercept: number | null;
  /** Unit of the rescaled values, PS3.3 C.11.1.1.2; HU where a CT is silent. */
  readonly rescaleType: string | null;
  /** Stored values from the first to the second stand outside the reconstruction; no order is sure. */
  readonly pixelPadding: readonly [number, number] | null;
  readonly windowCenter: readonly number[];
  readonly windowWidth: readonly number[];
  readonly kvp: number | null;
  readonly convolutionKernel: string | null;
  readonly contrastBolusAgent: string | null;
  readonly hasPixelData: boolean;
  /** Where the first frame of uncompressed pixel data begins in the file, bytes; absent where the file must be parsed to get at its frames. */
  readonly pixelDataOffset?: number;
  /** Set where the file is no DICOM (NIfTI): where its values lie. */
  readonly raw?: RawPixels;
};

/** A problem told to the user: a code (docs/errors.md) and the data that its sentence needs. */
export type SeriesProblem = {
  readonly code: string;
  /** One plain sentence: what is wrong, with which file or series, what to do. */
  readonly sentence: string;
  /** refuse: cannot be shown in planes or measured; note: shown, with this said. */
  readonly effect: 'refuse' | 'note';
};

/** Facts of the acquisition that matter to the numbers; null where unknown. */
export type AcquisitionFacts = {
  readonly kvp: number | null;
  readonly sliceThicknessMm: number | null;
  readonly kernel: string | null;
  readonly contrast: boolean | null;
};

/** One of several runs of slices that a series is listed in, because slices lack between them or their distance changes. */
export type SeriesPart = {
  /** From 1, in the order of the instance numbers. */
  readonly number: number;
  readonly count: number;
  /** Its lowest and highest slice number, counted through the whole series from the end with the lower instance numbers; missing slices count. */
  readonly firstSlice: number;
  readonly lastSlice: number;
  readonly totalSlices: number;
  /** Where the series goes on, but not this part. */
  readonly ends: readonly PartEnd[];
};

export type PartEnd = {
  /** At the lowest or at the highest k. */
  readonly side: 'first' | 'last';
  readonly kind: 'missing' | 'spacing';
  /** Slices missing there; null where the gap is no multiple of the spacing. */
  readonly missing: number | null;
};

/** Which slices of a series too large for the memory are open. `from` and `to` count k of the whole series, inclusive. */
export type Reduction =
  | { readonly kind: 'every-second' }
  | { readonly kind: 'slab'; readonly from: number; readonly to: number };

/** Slices that form one regular grid, sorted along the slice normal, or the reason why they do not. */
export type Series = {
  /** Of this opening alone; not the SeriesInstanceUID, which can be empty or shared by several groups. */
  readonly id: string;
  /** Shared by the parts of one series. */
  readonly groupId: string;
  /** What tells it from others with the same SeriesInstanceUID, in a few words; null where there are none. */
  readonly label: string | null;
  /** Null where the series is whole. */
  readonly part: SeriesPart | null;
  /** Set where `slices` are not all of it, by reduce-series.ts. */
  readonly reduction?: Reduction;
  readonly seriesInstanceUid: string | null;
  readonly studyInstanceUid: string | null;
  readonly modality: string;
  readonly description: string;
  readonly slices: readonly SliceHeader[];
  /** Null when the slices are no regular grid: listed, not openable. */
  readonly grid: SeriesGrid | null;
  readonly acquisition: AcquisitionFacts;
  /** PatientName and so on stay in the slices; this says only whether the header calls the study synthetic. */
  readonly isSynthetic: boolean;
  readonly problems: readonly SeriesProblem[];
  /** Larger is more likely to show T10 to L5; negative infinity when the series cannot be opened. */
  readonly spineScore: number;
};

/**
 * Where a tilted gantry put the slices against the straight grid: slice k lies (k − straightSlice) · pixelsPerSlice pixels further along
 * rows (i) and columns (j) than the grid says.
 */
export type SliceShear = { readonly pixelsPerSlice: readonly [number, number]; readonly straightSlice: number };

export type SeriesGrid = {
  readonly sizeVox: readonly [number, number, number];
  readonly spacingMm: readonly [number, number, number];
  readonly indexToWorld: Affine;
  /** Absent for a straight scan; else the viewer shifts each slice onto the grid as it is decoded. */
  readonly shear?: SliceShear;
};
