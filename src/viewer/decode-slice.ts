import type { SliceHeader } from '#src/core/dicom/series.ts';
import { ok, type Result } from '#src/lib/result.ts';
import { makeCodecPool, startCodecWorker, type CodecPool } from './codec/codec-pool.ts';
import { startCornerstoneCodecs, type CornerstoneCodecs } from './codec/cornerstone-codecs.ts';
import { startCornerstone } from './cornerstone.ts';
import { isJpeg2000, isLosslessJpeg, readStream } from './coded-stream.ts';
import type { OpenFile } from './frame-bytes.ts';
import { rescaleToHu, type HuSlice, type HuType } from './hu-slice.ts';
import { padWithAir } from './padding.ts';
import { storedValues, type DecodeCoded, type ReadCoded } from './stored-values.ts';

/** Of each kind; a series is coded in one way. */
const MAX_WORKERS = 4;
let started: CodecPool | null = null;
let startedOthers: CornerstoneCodecs | null = null;

/**
 * One in WebKit: of workers that start at once with the same script it gives only the first to the service worker (seen in WebKitGTK 2.50). The others
 * fetch past it, and find no codec where there is no network.
 */
export function decodeWorkers(): number {
  if (navigator.vendor.startsWith('Apple')) return 1;
  return Math.max(1, Math.min(MAX_WORKERS, navigator.hardwareConcurrency || 1));
}

/** Started with the first frame that needs it. */
function codecs(): CodecPool {
  started ??= makeCodecPool({ size: decodeWorkers(), startWorker: startCodecWorker });
  return started;
}

function otherCodecs(): CornerstoneCodecs {
  startedOthers ??= startCornerstoneCodecs(startCornerstone().startDecodeWorker, decodeWorkers());
  return startedOthers;
}

/** A lossless JPEG is looked through code by code: off the page's thread. */
const readCoded: ReadCoded = (frame, transferSyntaxUid) =>
  isLosslessJpeg(transferSyntaxUid) ? codecs().read(frame, transferSyntaxUid) : readStream(frame, transferSyntaxUid);

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
  const decodeCoded: DecodeCoded = (frame) =>
    isJpeg2000(header.transferSyntaxUid) ? codecs().decode(frame) : otherCodecs().decode(imageId, frame, header.transferSyntaxUid);
  const stored = await storedValues(file, header, decodeCoded, readCoded);
  if (!stored.ok) return stored;
  return ok(padWithAir(rescaleToHu(stored.value, header.rescaleSlope ?? 1, header.rescaleIntercept ?? 0, type), header));
}
