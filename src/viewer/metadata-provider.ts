import type { SliceHeader } from '#src/core/dicom/series.ts';
import { codecBits } from './coded-stream.ts';

/** What Cornerstone may know of one image. Pixel values it is given are HU already, so the slope it sees is 1. */
export type ImageFacts = {
  readonly header: SliceHeader;
  /** One for the whole series: some scanners write another FrameOfReferenceUID into every slice. */
  readonly frameOfReferenceUid: string;
};

export type ImageRegistry = {
  add(imageId: string, facts: ImageFacts): void;
  remove(imageId: string): void;
  /** Cornerstone's metadata provider: undefined passes the question on to the next provider. */
  provide(type: string, imageId: unknown): Record<string, unknown> | undefined;
};

/** Answers Cornerstone's metadata questions from our own headers; no file is parsed a second time for them. */
export function makeImageRegistry(): ImageRegistry {
  const images = new Map<string, ImageFacts>();
  return {
    add: (imageId, facts) => images.set(imageId, facts),
    remove: (imageId) => images.delete(imageId),
    provide(type, imageId) {
      const facts = typeof imageId === 'string' ? images.get(imageId) : undefined;
      return facts === undefined ? undefined : answer(type, facts);
    },
  };
}

function answer(type: string, { header, frameOfReferenceUid }: ImageFacts): Record<string, unknown> | undefined {
  switch (type) {
    case 'imagePixelModule':
      return pixelModule(header);
    case 'imagePlaneModule':
      return planeModule(header, frameOfReferenceUid);
    case 'generalSeriesModule':
      return {
        modality: header.modality ?? 'CT',
        seriesInstanceUID: header.seriesInstanceUid ?? '',
        seriesNumber: header.seriesNumber ?? undefined,
      };
    case 'voiLutModule':
      // Always a window, or Cornerstone decodes the middle slice again to find one. The viewer sets its own at once.
      return { windowCenter: [header.windowCenter[0] ?? 40], windowWidth: [header.windowWidth[0] ?? 400] };
    case 'modalityLutModule':
      return { rescaleSlope: 1, rescaleIntercept: 0, rescaleType: 'HU' };
    case 'sopCommonModule':
      return { sopClassUID: header.sopClassUid ?? '', sopInstanceUID: header.sopInstanceUid ?? '' };
    case 'transferSyntax':
      return { transferSyntaxUID: header.transferSyntaxUid };
    case 'calibrationModule':
      return {};
    default:
      return undefined;
  }
}

function pixelModule(header: SliceHeader): Record<string, unknown> {
  const bitsAllocated = codecBits(header);
  return {
    samplesPerPixel: header.samplesPerPixel ?? 1,
    photometricInterpretation: header.photometricInterpretation ?? 'MONOCHROME2',
    rows: header.rows ?? 0,
    columns: header.columns ?? 0,
    bitsAllocated,
    // All of them: stored-values.ts takes the stored bits and their sign out, for every coding in one way.
    bitsStored: bitsAllocated,
    highBit: bitsAllocated - 1,
    pixelRepresentation: header.pixelRepresentation ?? 0,
    planarConfiguration: 0,
  };
}

function planeModule(header: SliceHeader, frameOfReferenceUID: string): Record<string, unknown> {
  const orientation = header.imageOrientationPatient;
  const [betweenRows, betweenColumns] = header.pixelSpacing ?? [1, 1];
  return {
    frameOfReferenceUID,
    rows: header.rows ?? 0,
    columns: header.columns ?? 0,
    imageOrientationPatient: orientation ?? undefined,
    rowCosines: orientation?.slice(0, 3),
    columnCosines: orientation?.slice(3, 6),
    imagePositionPatient: header.imagePositionPatient ?? undefined,
    pixelSpacing: [betweenRows, betweenColumns],
    rowPixelSpacing: betweenRows,
    columnPixelSpacing: betweenColumns,
    sliceThickness: header.sliceThickness ?? undefined,
  };
}
