import { middleSlice } from '#src/core/dicom/check-series.ts';
import type { Series } from '#src/core/dicom/series.ts';
import { startCornerstone } from './cornerstone.ts';
import { decodeSlice } from './decode-slice.ts';
import { huTypeOf, type HuSlice } from './hu-slice.ts';
import { makeSliceFiles } from './slice-files.ts';
import { greyOf, SOFT_TISSUE_WINDOW } from './window.ts';

export const THUMBNAIL_PIXELS = 96;

let made = 0;

/** The middle slice in a soft-tissue window as a data URL (PNG, 96 × 96); null where it cannot be decoded. */
export async function makeThumbnail(series: Series, blobOf: (fileId: number) => Blob): Promise<string | null> {
  const slice = middleSlice(series);
  const { images } = startCornerstone();
  made += 1;
  const imageId = `osteolens-thumbnail:${made}`;
  images.add(imageId, { header: slice, frameOfReferenceUid: slice.frameOfReferenceUid ?? imageId });
  try {
    const file = await makeSliceFiles([slice], blobOf).open(slice);
    const values = file.ok ? await decodeSlice(imageId, file.value, slice, huTypeOf([slice])) : file;
    if (!values.ok) return null;
    const [betweenRows, betweenColumns] = slice.pixelSpacing ?? [1, 1];
    return draw(values.value, slice.columns ?? 0, slice.rows ?? 0, betweenRows / betweenColumns);
  } finally {
    images.remove(imageId);
  }
}

/** @param pixelAspect height of a pixel divided by its width */
function draw(values: HuSlice, columns: number, rows: number, pixelAspect: number): string | null {
  const full = document.createElement('canvas');
  full.width = columns;
  full.height = rows;
  const small = document.createElement('canvas');
  small.width = THUMBNAIL_PIXELS;
  small.height = THUMBNAIL_PIXELS;
  const fullContext = full.getContext('2d');
  const context = small.getContext('2d');
  if (fullContext === null || context === null || columns === 0 || rows === 0) return null;
  const pixels = fullContext.createImageData(columns, rows);
  for (let n = 0; n < values.length; n += 1) {
    const grey = greyOf(values[n] ?? 0, SOFT_TISSUE_WINDOW);
    pixels.data[4 * n] = grey;
    pixels.data[4 * n + 1] = grey;
    pixels.data[4 * n + 2] = grey;
    pixels.data[4 * n + 3] = 255;
  }
  fullContext.putImageData(pixels, 0, 0);
  const scale = THUMBNAIL_PIXELS / Math.max(columns, rows * pixelAspect);
  const [width, height] = [columns * scale, rows * pixelAspect * scale];
  context.fillRect(0, 0, THUMBNAIL_PIXELS, THUMBNAIL_PIXELS);
  context.imageSmoothingQuality = 'high';
  context.drawImage(full, (THUMBNAIL_PIXELS - width) / 2, (THUMBNAIL_PIXELS - height) / 2, width, height);
  return small.toDataURL('image/png');
}
