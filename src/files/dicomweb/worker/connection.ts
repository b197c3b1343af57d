import { api } from 'dicomweb-client';
import { afterAwakeTime } from '#src/lib/browser/awake-timer.ts';
import type { DicomWebFault } from '../faults.ts';
import type { ServerAccess } from '../found.ts';

/** A server that sends nothing for so long is given up. */
const SILENCE_MS = 30_000;

/** An expected failure on its way to the sentence that tells it. */
export class DicomWebError extends Error {
  readonly fault: DicomWebFault;
  constructor(fault: DicomWebFault) {
    super(fault.code);
    this.fault = fault;
  }
}

type Request = { readonly request: { readonly instance: XMLHttpRequest } };
type Study = { readonly studyInstanceUID: string };
type OneSeries = Study & { readonly seriesInstanceUID: string };
type MediaType = { readonly mediaType: string; readonly transferSyntaxUID: string };
type Frames = OneSeries & { readonly sopInstanceUID: string; readonly frameNumbers: string; readonly mediaTypes: readonly MediaType[] };
type Query = { readonly queryParams: Readonly<Record<string, string>> };

/** What is used of dicomweb-client. Its own types lack the request option in places, and promise more of the answers than servers keep. */
type Client = {
  readonly searchForStudies: (options: Query & Request) => Promise<unknown>;
  readonly searchForSeries: (options: Study & Query & Request) => Promise<unknown>;
  readonly retrieveSeriesMetadata: (options: OneSeries & Request) => Promise<unknown>;
  readonly retrieveInstanceFrames: (options: Frames & Request) => Promise<unknown>;
  /** Behind retrieveInstance, which takes no media types in 0.11 and so would have every server decompress what it sends. */
  readonly _httpGetMultipartApplicationDicom: (url: string, mediaTypes: readonly MediaType[], params: false, request: Request['request']) => Promise<unknown>;
};

type Send = (client: Client, request: { readonly instance: XMLHttpRequest }) => Promise<unknown>;

export type Connection = {
  /** Absolute, without a slash at its end. */
  readonly root: string;
  /** Host and port, as the user knows the server. */
  readonly host: string;
  /** One request through dicomweb-client. Rejects with a DicomWebError for everything that a server or a network can do. */
  readonly ask: (send: Send) => Promise<unknown>;
};

/** @param allowedOrigins where answers may come from: a redirect must not lead where a request may not */
export function connect({ root, token }: ServerAccess, allowedOrigins: readonly string[]): Connection {
  const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const client = new api.DICOMwebClient({ url: root, headers, verbose: false, singlepart: '' }) as unknown as Client;
  const { host } = new URL(root);

  async function ask(send: Send): Promise<unknown> {
    const instance = new XMLHttpRequest();
    const silence = watchSilence(instance);
    try {
      const answer = await new Promise<unknown>((resolve, reject) => {
        // An answer that makes no sense, then a request that failed; whatever else is thrown is a bug.
        passOnErrors(instance, () => reject(new DicomWebError(faultOf(instance.status, host))));
        send(client, { instance }).then(resolve, (error: unknown) => reject(isFailedRequest(error) ? new DicomWebError(faultOf(instance.status, host)) : error));
      });
      const { origin } = new URL(instance.responseURL);
      if (!allowedOrigins.includes(origin)) throw new DicomWebError({ code: 'dicomweb-forbidden', what: origin });
      return answer;
    } catch (error) {
      throw silence.isOver() ? new DicomWebError({ code: 'dicomweb-timeout', what: host }) : error;
    } finally {
      silence.end();
    }
  }
  return { root, host, ask };
}

function isFailedRequest(error: unknown): boolean {
  return error instanceof Error && 'request' in error;
}

/**
 * dicomweb-client 0.11 takes a multipart answer apart inside its event handler, outside its promise: an answer that it
 * cannot follow would never settle the promise and would end the worker as a bug.
 */
function passOnErrors(instance: XMLHttpRequest, reject: () => void): void {
  Object.defineProperty(instance, 'onreadystatechange', {
    set: (handler: () => void) => {
      instance.addEventListener('readystatechange', () => {
        try {
          handler();
        } catch {
          reject();
        }
      });
    },
  });
}

/** Ends the request when nothing has come for SILENCE_MS; long answers may take longer than that as a whole. */
function watchSilence(instance: XMLHttpRequest): { readonly isOver: () => boolean; readonly end: () => void } {
  let isOver = false;
  const giveUp = (): void => {
    isOver = true;
    instance.abort();
  };
  let stop = afterAwakeTime(SILENCE_MS, giveUp);
  instance.addEventListener('progress', () => {
    stop();
    stop = afterAwakeTime(SILENCE_MS, giveUp);
  });
  return { isOver: () => isOver, end: () => stop() };
}

/** @param status of HTTP; 0 where there was no answer or the page may not read it, 200 where the answer makes no sense */
export function faultOf(status: number, host: string): DicomWebFault {
  if (status === 0) return { code: 'dicomweb-unreachable', what: host };
  if (status === 401) return { code: 'dicomweb-login', what: host };
  if (status === 403) return { code: 'dicomweb-denied', what: host };
  if (status === 404) return { code: 'dicomweb-not-found', what: host };
  return { code: 'dicomweb-status', what: `${host} (HTTP ${status})` };
}
