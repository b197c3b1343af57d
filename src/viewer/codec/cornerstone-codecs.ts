import { getWebWorkerManager } from '@cornerstonejs/core';
import { createImage, init as initLoader } from '@cornerstonejs/dicom-image-loader';
import { afterAwakeTime } from '#src/lib/browser/awake-timer.ts';
import type { Numbers } from '../stored-bits.ts';

export type CornerstoneCodecs = {
  /**
   * Decodes one frame of an image whose metadata Cornerstone's providers know. Rejects where it cannot be decoded. Cornerstone waits for ever for
   * a worker that died: after the limit all are replaced, and the frame is tried once more.
   */
  decode(imageId: string, frame: Uint8Array<ArrayBuffer>, transferSyntaxUid: string): Promise<Numbers>;
};

export type CodecParts = {
  readonly start: () => void;
  readonly end: () => void;
  readonly decodeOnce: (imageId: string, frame: Uint8Array<ArrayBuffer>, transferSyntaxUid: string) => Promise<Numbers>;
  readonly limitMs?: number;
  /** Idle workers are ended after this time, and their codecs' memory with them. */
  readonly idleMs?: number;
};

/** As those of codec-pool.ts. */
const LIMIT_MS = 20_000;
const IDLE_MS = 10_000;

class TooLate extends Error {}

export function makeCornerstoneCodecs({ start, end, decodeOnce, limitMs = LIMIT_MS, idleMs = IDLE_MS }: CodecParts): CornerstoneCodecs {
  // Counts the sets of workers, so that of several frames that wait for a dead one only the first replaces them all.
  let generation = 0;
  let isStarted = false;
  let active = 0;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;

  const endWorkers = (): void => {
    generation += 1;
    isStarted = false;
    end();
  };
  const tryOnce = async (...frame: Parameters<CornerstoneCodecs['decode']>): Promise<Numbers> => {
    if (!isStarted) start();
    isStarted = true;
    const own = generation;
    let stop = (): void => undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      stop = afterAwakeTime(limitMs, () => {
        if (own === generation) endWorkers();
        reject(new TooLate(`No picture within ${limitMs} ms.`));
      });
    });
    try {
      return await Promise.race([decodeOnce(...frame), tooLate]);
    } finally {
      stop();
    }
  };
  return {
    async decode(...frame) {
      active += 1;
      clearTimeout(idleTimer);
      try {
        return await tryOnce(...frame).catch((error: unknown) => {
          if (error instanceof TooLate) return tryOnce(...frame);
          throw error;
        });
      } finally {
        active -= 1;
        if (active === 0) idleTimer = setTimeout(endWorkers, idleMs);
      }
    },
  };
}

/** Under this name the loader registers its workers. */
const WORKERS = 'dicomImageLoader';

/**
 * Starts Cornerstone's image loader without its workers, which it would start at once and keep; answers what starts one of them. Once for the page,
 * before anything is opened: the loader empties Cornerstone's cache.
 */
export function initWithoutWorkers(): () => Worker {
  const manager = getWebWorkerManager();
  let startWorker: (() => Worker) | null = null;
  // An own property before that of the class, for the time of the call.
  Object.assign(manager, { registerWorker: (_name: string, start: () => Worker) => { startWorker = start; } });
  initLoader();
  Reflect.deleteProperty(manager, 'registerWorker');
  if (startWorker === null) throw new Error('Cornerstone named no decode worker.');
  return startWorker;
}

/** RLE, lossless JPEG, JPEG-LS and the others that Cornerstone decodes; its workers start with the first frame that needs them. */
export function startCornerstoneCodecs(startWorker: () => Worker, workers: number): CornerstoneCodecs {
  return makeCornerstoneCodecs({
    start: () => getWebWorkerManager().registerWorker(WORKERS, startWorker, { maxWorkerInstances: workers }),
    end() {
      const manager = getWebWorkerManager();
      manager.terminate(WORKERS);
      // Taken out as well: of workers that were ended Cornerstone starts only the first again.
      delete manager.workerRegistry[WORKERS];
    },
    async decodeOnce(imageId, frame, transferSyntaxUid) {
      const image = await createImage(imageId, frame, transferSyntaxUid, { preScale: { enabled: false } });
      const values = 'getPixelData' in image ? image.getPixelData() : image.pixelData;
      if (values === undefined) throw new Error('The codec gave no pixels.');
      return values;
    },
  });
}
