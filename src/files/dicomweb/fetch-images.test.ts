import { data } from 'dcmjs';
import { expect, test } from 'vitest';
import type { HeaderReading } from '#src/core/dicom/read-header.ts';
import type { OpenProgress } from '#src/files/index.ts';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { readBytes, withoutPlace } from '#src/testing/synthetic-headers.ts';
import { DicomWebError, faultOf, type Connection } from './worker/connection.ts';
import type { JsonDataSet } from './worker/dicom-json.ts';
import { fetchImages } from './worker/fetch-images.ts';

const FILES = writeSyntheticCt({ sizeVox: [9, 7, 12] });
const METADATA = FILES.map(({ bytes }) => JSON.parse(JSON.stringify(data.DicomMessage.readFile(bytes.buffer, { ignoreErrors: false, forceStoreRaw: false }).dict)) as JsonDataSet);
const SERIES = { studyInstanceUid: '1.2', seriesInstanceUid: '1.2.3' };

/** HTTP status of a refusal for slice k, or null for what was asked for. */
type Refusals = { readonly frames?: (k: number) => number | null; readonly whole?: (k: number) => number | null; readonly metadata?: unknown };

/** A server of the synthetic series, and how often it gave out what. */
function server({ frames = () => null, whole = () => null, metadata = METADATA }: Refusals): Connection & { readonly given: { frames: number; whole: number } } {
  const given = { frames: 0, whole: 0 };
  const indexOf = (uid: string): number => METADATA.findIndex((one) => one['00080018']?.Value?.[0] === uid);
  const give = (status: number | null, parts: readonly ArrayBuffer[]): Promise<unknown> => (status === null ? Promise.resolve(parts) : Promise.reject(new DicomWebError(faultOf(status, 'h'))));
  const client = {
    searchForStudies: () => Promise.resolve([]),
    searchForSeries: () => Promise.resolve([]),
    retrieveSeriesMetadata: () => Promise.resolve(metadata),
    retrieveInstanceFrames: ({ sopInstanceUID, frameNumbers }: { readonly sopInstanceUID: string; readonly frameNumbers: string }) => {
      expect(frameNumbers).toBe('1');
      const k = indexOf(sopInstanceUID);
      const status = frames(k);
      if (status === null) given.frames += 1;
      return give(status, [Object.assign(FILES[k]?.bytes.slice(-126).buffer ?? new ArrayBuffer(0), { contentType: 'application/octet-stream', transferSyntaxUID: '1.2.840.10008.1.2' })]);
    },
    _httpGetMultipartApplicationDicom: (url: string) => {
      const k = indexOf(url.split('/').at(-1) ?? '');
      const status = whole(k);
      if (status === null) given.whole += 1;
      return give(status, [FILES[k]?.bytes.slice().buffer ?? new ArrayBuffer(0)]);
    },
  };
  return { root: 'https://pacs.example/dw', host: 'h', given, ask: (send) => send(client, { instance: null as never }) };
}

async function faultOfFetching(connection: Connection): Promise<unknown> {
  const error: unknown = await fetchImages(connection, SERIES, () => undefined).then(() => null, (reason: unknown) => reason);
  return error instanceof DicomWebError ? error.fault : error;
}

function factsOf(reading: HeaderReading): string {
  if (reading.kind !== 'slices') throw new Error(JSON.stringify(reading));
  return JSON.stringify({ slices: reading.slices.map(withoutPlace), repair: reading.repair });
}

test('should fetch frames with progress, and files that read as the originals', async () => {
  const connection = server({});
  const events: OpenProgress[] = [];
  const { files, missing } = await fetchImages(connection, SERIES, (progress) => events.push(progress));
  expect([missing, connection.given]).toEqual([null, { frames: 12, whole: 0 }]);
  expect(events.map(({ done, total }) => [done, total])).toEqual(Array.from({ length: 13 }, (_none, n) => [n, 12]));
  expect(events.at(-1)).toMatchObject({ bytes: files.reduce((sum, { size }) => sum + size, 0), totalBytes: null });
  const readings = await Promise.all(files.map(async (file) => readBytes(new Uint8Array(await file.arrayBuffer()))));
  const originals = FILES.map(({ bytes }) => readBytes(bytes));
  expect(readings.map(factsOf).toSorted((a, b) => a.localeCompare(b))).toEqual(originals.map(factsOf).toSorted((a, b) => a.localeCompare(b)));
});

test('should fetch whole instances once frames are refused', async () => {
  const connection = server({ frames: () => 406 });
  const { files, missing } = await fetchImages(connection, SERIES, () => undefined);
  expect([files.length, missing, connection.given]).toEqual([12, null, { frames: 0, whole: 12 }]);
});

test('should name the few that are missing and give up at many', async () => {
  const few = await fetchImages(server({ frames: (k) => (k === 3 ? 500 : null), whole: (k) => (k === 3 ? 500 : null) }), SERIES, () => undefined);
  expect([few.files.length, few.missing]).toEqual([11, { code: 'dicomweb-images-missing', what: '1 of 12 images of h (HTTP 500)' }]);
  expect(await faultOfFetching(server({ frames: () => 500, whole: (k) => (k % 2 === 0 ? 500 : null) }))).toEqual({ code: 'dicomweb-images-lost', what: '3 of 12 images of h (HTTP 500)' });
});

test('should ask no further when access ends', async () => {
  expect(await faultOfFetching(server({ frames: (k) => (k === 5 ? 401 : null) }))).toEqual({ code: 'dicomweb-login', what: 'h' });
  expect(await faultOfFetching(server({ frames: () => 406, whole: () => 403 }))).toEqual({ code: 'dicomweb-denied', what: 'h' });
});

test('should tell an empty series from metadata that make no sense', async () => {
  expect(await faultOfFetching(server({ metadata: [] }))).toEqual({ code: 'dicomweb-no-images', what: 'h' });
  expect(await faultOfFetching(server({ metadata: null }))).toEqual({ code: 'dicomweb-not-json', what: 'h' });
});
