import { createImage } from '@cornerstonejs/dicom-image-loader';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { frameBytes, type OpenFile } from './frame-bytes.ts';
import { nativeValues } from './native-values.ts';
import { rescaleToHu, type HuSlice, type HuType } from './hu-slice.ts';

/**
 * Decodes one frame in Cornerstone's codec workers, where it is coded at all, and applies the rescale once.
 * Not through Cornerstone's own wadouri loader: that keeps the whole file beside every image, types each slice by its
 * own range (fractional slopes are cut where the ends of the range happen to be whole) and wraps round beyond 16 bit.
 * A failure is the middle of a sentence: "… cannot be read: <reason>."
 * @param imageId known to the image registry with this header
 */
export async function decodeSlice(
  imageId: string,
  file: OpenFile,
  header: SliceHeader,
  type: HuType,
): Promise<Result<HuSlice, string>> {
  const isGrey = (header.photometricInterpretation ?? 'MONOCHROME2').startsWith('MONOCHROME');
  // Cornerstone's palette code throws where nobody catches it, and its promise then never settles.
  if ((header.samplesPerPixel ?? 1) !== 1 || !isGrey) return fail('it is a colour picture');
  const bytes = frameBytes(file, header);
  if (!bytes.ok) return bytes;
  const [slope, intercept] = [header.rescaleSlope ?? 1, header.rescaleIntercept ?? 0];
  const native = nativeValues(bytes.value, header);
  if (native !== null) return ok(rescaleToHu(native, slope, intercept, type));
  try {
    const image = await createImage(imageId, bytes.value, header.transferSyntaxUid, { preScale: { enabled: false } });
    const stored = 'getPixelData' in image ? image.getPixelData() : image.pixelData;
    if (stored === undefined || stored.length !== (header.rows ?? 0) * (header.columns ?? 0)) {
      return fail('its pixel data has another size than its header says');
    }
    return ok(rescaleToHu(stored, slope, intercept, type));
  } catch {
    return fail(`its pixel data cannot be decoded (transfer syntax ${header.transferSyntaxUid})`);
  }
}
