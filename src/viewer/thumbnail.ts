import { middleSlice } from '#src/core/dicom/check-series.ts';
import type { Series, SliceHeader } from '#src/core/dicom/series.ts';
import { startCornerstone } from './cornerstone.ts';
import { decodeSlice } from './decode-slice.ts';
import { huTypeOf, type HuSlice } from './hu-slice.ts';
import { makeSliceFiles } from './slice-files.ts';
import { drawSlice } from './slice-picture.ts';
import { SOFT_TISSUE_WINDOW } from './window.ts';

const THUMBNAIL_PIXELS = 96;

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
    return draw(values.value, slice);
  } finally {
    images.remove(imageId);
  }
}

function draw(values: HuSlice, slice: SliceHeader): string | null {
  const full = drawSlice(values, slice, SOFT_TISSUE_WINDOW);
  const small = document.createElement('canvas');
  small.width = THUMBNAIL_PIXELS;
  small.height = THUMBNAIL_PIXELS;
  const context = small.getContext('2d', { willReadFrequently: true });
  if (full === null || context === null) return null;
  const [betweenRows, betweenColumns] = slice.pixelSpacing ?? [1, 1];
  const tall = (full.height * betweenRows) / betweenColumns;
  const scale = THUMBNAIL_PIXELS / Math.max(full.width, tall);
  const [width, height] = [full.width * scale, tall * scale];
  context.fillRect(0, 0, THUMBNAIL_PIXELS, THUMBNAIL_PIXELS);
  context.imageSmoothingQuality = 'high';
  context.drawImage(full, (THUMBNAIL_PIXELS - width) / 2, (THUMBNAIL_PIXELS - height) / 2, width, height);
  return small.toDataURL('image/png');
}
