import type { OpenProgress } from '../../file-entry.ts';
import type { SeriesAddress } from '../found.ts';
import type { FetchedImages } from '../messages.ts';
import { DicomWebError, type Connection } from './connection.ts';
import { countOf, dataSetsOf, textOf, type JsonDataSet } from './dicom-json.ts';
import { storedFrames, type FramePart, type StoredFrames } from './stored-frames.ts';

/** Requests in flight at once, as many as browsers open to one HTTP/1.1 server. */
const REQUESTS = 6;
const FRAMES_PER_REQUEST = 8;
/** As stored on the server, whatever that is: our own decoders know what they can read. */
const AS_STORED = [{ mediaType: 'application/octet-stream', transferSyntaxUID: '*' }];
const WHOLE_AS_STORED = [{ mediaType: 'application/dicom', transferSyntaxUID: '*' }];
const SOP_INSTANCE_UID = '00080018';
const NUMBER_OF_FRAMES = '00280008';

/** Faults that all images share: nothing is won by asking for the others. */
const FINAL = new Set(['dicomweb-login', 'dicomweb-denied', 'dicomweb-forbidden']);

/**
 * A series by WADO-RS (PS3.18 section 10.4): its metadata, then the frames of each instance as bulk pixel data, in
 * parallel. An instance whose frames the server refuses, or gives in a form that is not certain, is fetched whole as
 * application/dicom, and so are then all after it. Images that cannot be had either way are named as missing; beyond a
 * tenth of the series the fetching ends with a DicomWebError.
 */
export async function fetchImages(connection: Connection, series: SeriesAddress, onProgress: (progress: OpenProgress) => void): Promise<FetchedImages> {
  const { root, host, ask } = connection;
  const ids = { studyInstanceUID: series.studyInstanceUid, seriesInstanceUID: series.seriesInstanceUid };
  // dcmjs is large, and searching does without it.
  const [{ writePart10 }, answer] = await Promise.all([
    import('./write-part10.ts'),
    ask((client, request) => client.retrieveSeriesMetadata({ ...ids, request })),
  ]);
  const instances = dataSetsOf(answer);
  if (instances === null) throw new DicomWebError({ code: 'dicomweb-not-json', what: host });
  if (instances.length === 0) throw new DicomWebError({ code: 'dicomweb-no-images', what: host });

  let areFramesGiven = true;
  let [done, bytes] = [0, 0];
  const report = (): void => onProgress({ kind: 'fetching', done, total: instances.length, bytes, totalBytes: null });

  async function framesOf(metadata: JsonDataSet): Promise<StoredFrames | null> {
    const count = Math.max(1, countOf(metadata, NUMBER_OF_FRAMES) ?? 1);
    const parts: FramePart[] = [];
    for (let first = 1; first <= count; first += FRAMES_PER_REQUEST) {
      const frameNumbers = Array.from({ length: Math.min(FRAMES_PER_REQUEST, count - first + 1) }, (_none, n) => first + n).join(',');
      const options = { ...ids, sopInstanceUID: textOf(metadata, SOP_INSTANCE_UID), frameNumbers, mediaTypes: AS_STORED };
      const answer = await ask((client, request) => client.retrieveInstanceFrames({ ...options, request }));
      if (!Array.isArray(answer)) return null;
      parts.push(...(answer as readonly FramePart[]));
    }
    return storedFrames(parts, count, metadata);
  }

  /** Null where the server refuses frames, or gives them in a form that is not certain. */
  async function fileByFrames(metadata: JsonDataSet): Promise<ArrayBuffer | null> {
    try {
      const stored = await framesOf(metadata);
      return stored === null ? null : writePart10(metadata, stored);
    } catch (error) {
      if (error instanceof DicomWebError && !FINAL.has(error.fault.code)) return null;
      throw error;
    }
  }

  async function fetchOne(metadata: JsonDataSet): Promise<File> {
    const sopInstanceUID = textOf(metadata, SOP_INSTANCE_UID);
    let file = areFramesGiven ? await fileByFrames(metadata) : null;
    if (file === null) {
      const url = `${root}/studies/${ids.studyInstanceUID}/series/${ids.seriesInstanceUID}/instances/${sopInstanceUID}`;
      const answer = await ask((client, request) => client._httpGetMultipartApplicationDicom(url, WHOLE_AS_STORED, false, request));
      const whole: unknown = Array.isArray(answer) ? answer[0] : null;
      if (!(whole instanceof ArrayBuffer)) throw new DicomWebError({ code: 'dicomweb-status', what: host });
      file = whole;
      areFramesGiven = false;
    }
    bytes += file.byteLength;
    return new File([file], `${sopInstanceUID}.dcm`, { type: 'application/dicom' });
  }

  const files: File[] = [];
  const lost: DicomWebError[] = [];
  const mayLose = Math.ceil(instances.length / 10);
  const queue = instances.values();
  const drain = async (): Promise<void> => {
    for (const metadata of queue) {
      try {
        files.push(await fetchOne(metadata));
      } catch (error) {
        if (!(error instanceof DicomWebError)) throw error;
        lost.push(error);
        if (FINAL.has(error.fault.code)) throw error;
        if (lost.length > mayLose) throw new DicomWebError({ code: 'dicomweb-images-lost', what: lostInWords(lost, instances.length, host) });
      }
      done += 1;
      report();
    }
  };
  report();
  await Promise.all(Array.from({ length: REQUESTS }, drain));
  return { files, missing: lost.length === 0 ? null : { code: 'dicomweb-images-missing', what: lostInWords(lost, instances.length, host) } };
}

function lostInWords(lost: readonly DicomWebError[], total: number, host: string): string {
  const status = lost[0]?.fault.what.match(/ \(HTTP \d+\)$/)?.[0] ?? '';
  return `${lost.length} of ${total} images of ${host}${status}`;
}
