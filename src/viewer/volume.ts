import { cache, Enums, ImageVolume, utilities, type Types } from '@cornerstonejs/core';
import { indexToWorld, stepVectors } from '#src/core/geometry/affine.ts';
import { distanceMm, voxelIndex, worldPoint } from '#src/core/geometry/spaces.ts';
import type { SeriesGrid, SeriesProblem, SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { Cornerstone } from './cornerstone.ts';
import { rangeOf, type HuSlice, type HuType } from './hu-slice.ts';
import { makeSliceTexture, type SliceTexture } from './slice-texture.ts';

const BYTES = { Int16Array: 2, Float32Array: 4 } as const;
const GEOMETRY_TOLERANCE_MM = 1e-3;
const NO_FRAME_OF_REFERENCE = 'osteolens.no-frame-of-reference';

/** One series in Cornerstone's cache. Slices are put in one by one; nothing is ever copied into one whole array. */
export type OpenVolume = {
  readonly id: string;
  readonly grid: SeriesGrid;
  readonly type: HuType;
  readonly texture: SliceTexture;
  imageIdOf(k: number): string;
  /** Takes ownership of the values. */
  putSlice(k: number, values: HuSlice): void;
  readonly sliceAt: (k: number) => HuSlice | null;
  /** The next frame can draw it. */
  readonly canDrawSlice: (k: number) => boolean;
  /** Resolves when all slices that were put are on the graphics card. */
  readonly uploaded: () => Promise<void>;
  /** The graphics card had no room for the texture. */
  readonly isOutOfMemory: () => boolean;
  /** Frees slices, volume and metadata. Detach the volume from its viewports and free its texture before. */
  release(): void;
};

let opened = 0;

/**
 * Makes the volume with exactly the series' own grid. Cornerstone's own volume loader works geometry out again from the
 * headers and there averages uneven gaps and drops gantry tilt without a word.
 */
export function createVolume({ images }: Cornerstone, slices: readonly SliceHeader[], grid: SeriesGrid, type: HuType): Result<OpenVolume, SeriesProblem> {
  const [ni, nj, nk] = grid.sizeVox;
  opened += 1;
  const id = `osteolens-volume:${opened}`;
  const imageIds = slices.map((_slice, k) => `osteolens:${opened}/${k}`);
  const frameOfReferenceUid = slices.find((slice) => slice.frameOfReferenceUid !== null)?.frameOfReferenceUid ?? NO_FRAME_OF_REFERENCE;
  slices.forEach((header, k) => images.add(imageIds[k] ?? '', { header, frameOfReferenceUid }));

  const voxelManager = utilities.VoxelManager.createImageVolumeVoxelManager({ dimensions: [ni, nj, nk], imageIds, numberOfComponents: 1, id });
  // Cornerstone's clear throws where a slice is missing, which is how an aborted load ends.
  voxelManager.clear = () => undefined;
  const volume = new ImageVolume({ ...volumeProps(grid, type, frameOfReferenceUid), volumeId: id, imageIds, voxelManager });
  const sliceAt = (k: number): HuSlice | null => {
    const manager = cache.getImage(imageIds[k] ?? '')?.voxelManager;
    return manager === undefined ? null : (manager.getScalarData() as HuSlice);
  };
  volume.vtkOpenGLTexture.delete();
  const texture = makeSliceTexture([ni, nj, nk], sliceAt);
  volume.vtkOpenGLTexture = texture as unknown as ImageVolume['vtkOpenGLTexture'];
  cache.putVolumeSync(id, volume);

  const release = (): void => {
    volume.destroy();
    cache.removeVolumeLoadObject(id);
    for (const imageId of imageIds) {
      if (cache.getImageLoadObject(imageId) !== undefined) cache.removeImageLoadObject(imageId, { force: true });
      images.remove(imageId);
    }
  };
  if (!matchesGrid(volume, grid)) {
    release();
    return fail({ code: 'volume-geometry', effect: 'refuse', sentence: 'The series was not opened: the viewer would place its slices differently from their headers.' });
  }
  return ok({
    id,
    grid,
    type,
    texture,
    imageIdOf: (k) => imageIds[k] ?? '',
    putSlice: (k, values) => {
      const imageId = imageIds[k] ?? '';
      cache.putImageSync(imageId, imageOf(imageId, values, grid));
      texture.putSlice(k);
    },
    sliceAt,
    canDrawSlice: texture.hasSlice,
    uploaded: texture.uploaded,
    isOutOfMemory: texture.isOutOfMemory,
    release,
  });
}

type VolumeProps = Omit<ConstructorParameters<typeof ImageVolume>[0], 'volumeId' | 'imageIds' | 'voxelManager'>;

function volumeProps(grid: SeriesGrid, type: HuType, frameOfReferenceUid: string): VolumeProps {
  const [ni, nj, nk] = grid.sizeVox;
  const [di, dj, dk] = stepVectors(grid.indexToWorld).map((step) => step.map((part) => part / Math.hypot(...step)));
  const direction = [...(di ?? []), ...(dj ?? []), ...(dk ?? [])];
  const origin = indexToWorld(grid.indexToWorld, voxelIndex(0, 0, 0));
  return {
    dimensions: [ni, nj, nk],
    spacing: [grid.spacingMm[0], grid.spacingMm[1], grid.spacingMm[2]],
    origin: [origin[0], origin[1], origin[2]],
    direction: direction as Types.Mat3,
    dataType: type,
    numberOfComponents: 1,
    metadata: {
      BitsAllocated: BYTES[type] * 8,
      BitsStored: BYTES[type] * 8,
      HighBit: BYTES[type] * 8 - 1,
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      PixelRepresentation: 1,
      Modality: 'CT',
      ImageOrientationPatient: direction.slice(0, 6),
      PixelSpacing: [grid.spacingMm[1], grid.spacingMm[0]],
      FrameOfReferenceUID: frameOfReferenceUid,
      Columns: ni,
      Rows: nj,
      voiLut: [],
      VOILUTFunction: 'LINEAR',
    },
  };
}

/** Corner by corner, so that size, spacing, origin and every direction are compared at once. */
function matchesGrid(volume: ImageVolume, grid: SeriesGrid): boolean {
  const { imageData } = volume;
  if (imageData === undefined) return false;
  const size = imageData.getDimensions();
  if (size.some((length, axis) => length !== grid.sizeVox[axis])) return false;
  const [ni, nj, nk] = grid.sizeVox;
  return [[0, 0, 0], [ni - 1, 0, 0], [0, nj - 1, 0], [0, 0, nk - 1]].every(([i = 0, j = 0, k = 0]) => {
    const [x = NaN, y = NaN, z = NaN] = imageData.indexToWorld([i, j, k]);
    return distanceMm(worldPoint(x, y, z), indexToWorld(grid.indexToWorld, voxelIndex(i, j, k))) < GEOMETRY_TOLERANCE_MM;
  });
}

function imageOf(imageId: string, values: HuSlice, grid: SeriesGrid): Types.IImage {
  const [columns, rows] = grid.sizeVox;
  return {
    imageId,
    // Asked for by few parts of Cornerstone: not worth a pass over every slice.
    get minPixelValue() { return rangeOf(values).min; },
    get maxPixelValue() { return rangeOf(values).max; },
    slope: 1,
    intercept: 0,
    windowCenter: 40,
    windowWidth: 400,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    getPixelData: () => values,
    getCanvas: () => document.createElement('canvas'),
    rows,
    columns,
    height: rows,
    width: columns,
    color: false,
    rgba: false,
    numberOfComponents: 1,
    columnPixelSpacing: grid.spacingMm[0],
    rowPixelSpacing: grid.spacingMm[1],
    invert: false,
    sizeInBytes: values.byteLength,
    dataType: values instanceof Int16Array ? 'Int16Array' : 'Float32Array',
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ scalarData: values, width: columns, height: rows, numberOfComponents: 1 }),
  };
}
