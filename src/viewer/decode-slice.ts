import { createImage } from '@cornerstonejs/dicom-image-loader';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { ok, type Result } from '#src/lib/result.ts';
import { makeCodecPool, startCodecWorker, type CodecPool } from './codec/codec-pool.ts';
import { isJpeg2000, isLosslessJpeg, readStream } from './coded-stream.ts';
import type { OpenFile } from './frame-bytes.ts';
import { rescaleToHu, type HuSlice, type HuType } from './hu-slice.ts';
import { padWithAir } from './padding.ts';
import { storedValues, type DecodeCoded, type ReadCoded } from './stored-values.ts';

/** As many as Cornerstone's own. */
const MAX_WORKERS = 4;
let started: CodecPool | null = null;

/** Started with the first frame that needs it. */
function codecs(): CodecPool {
  started ??= makeCodecPool({ size: Math.max(1, Math.min(MAX_WORKERS, navigator.hardwareConcurrency || 1)), startWorker: startCodecWorker });
  return started;
}

/** A lossless JPEG is looked through code by code: off the page's thread. The frame itself is still to be decoded. */
const readCoded: ReadCoded = (frame, transferSyntaxUid) =>
  isLosslessJpeg(transferSyntaxUid) ? codecs().read(frame.slice(), transferSyntaxUid) : readStream(frame, transferSyntaxUid);

/**
 * Decodes one frame in a codec worker, where it is coded at all, and applies the rescale once: JPEG 2000 and HTJ2K in
 * our own (codec/jpeg-2000.ts says why), the others in Cornerstone's.
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
  const decodeCoded: DecodeCoded = async (frame) => {
    if (isJpeg2000(header.transferSyntaxUid)) return codecs().decode(frame);
    const image = await createImage(imageId, frame, header.transferSyntaxUid, { preScale: { enabled: false } });
    const values = 'getPixelData' in image ? image.getPixelData() : image.pixelData;
    if (values === undefined) throw new Error('The codec gave no pixels.');
    return values;
  };
  const stored = await storedValues(file, header, decodeCoded, readCoded);
  if (!stored.ok) return stored;
  return ok(padWithAir(rescaleToHu(stored.value, header.rescaleSlope ?? 1, header.rescaleIntercept ?? 0, type), header));
}
