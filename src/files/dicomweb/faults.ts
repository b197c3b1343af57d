import type { FileProblem } from '#src/core/dicom/describe-faults.ts';
import { quotable } from '#src/lib/foreign-text.ts';

type DicomWebFaultCode =
  | 'dicomweb-address'
  | 'dicomweb-forbidden'
  | 'dicomweb-token'
  | 'dicomweb-login'
  | 'dicomweb-denied'
  | 'dicomweb-not-found'
  | 'dicomweb-status'
  | 'dicomweb-unreachable'
  | 'dicomweb-timeout'
  | 'dicomweb-not-json'
  | 'dicomweb-no-studies'
  | 'dicomweb-no-series'
  | 'dicomweb-no-images'
  | 'dicomweb-images-missing'
  | 'dicomweb-images-lost'
  | 'dicomweb-link';

/** Why a server gave nothing, or not all. `what` is the server, with what more the sentence needs. */
export type DicomWebFault = { readonly code: DicomWebFaultCode; readonly what: string };

const WORDINGS: Readonly<Record<DicomWebFaultCode, (what: string) => string>> = {
  'dicomweb-address': (what) => `${what} is no address of a DICOMweb server; type one that begins with https:// or http://, or a path on this site such as /dicom-web.`,
  'dicomweb-forbidden': (what) => `This copy of OsteoLens may not read from ${what}; have it added to deployment.json beside index.html, or export the study there and drop it here.`,
  'dicomweb-token': () => 'The bearer token holds characters that no token has; copy it again, without spaces around it.',
  'dicomweb-login': (what) => `${what} asks for a login (HTTP 401); type a valid bearer token under "Server…" and try again.`,
  'dicomweb-denied': (what) => `${what} does not allow this (HTTP 403); ask who runs it for access, or use another token.`,
  'dicomweb-not-found': (what) => `${what} does not know what was asked for (HTTP 404); check the address of its DICOMweb root, or whether the study is still there.`,
  'dicomweb-status': (what) => `${what} could not answer; try again, or ask who runs it.`,
  'dicomweb-unreachable': (what) => `${what} was not reached, or does not let this page read it (CORS); check the address and the connection.`,
  'dicomweb-timeout': (what) => `${what} sent nothing for 30 s and was given up; try again.`,
  'dicomweb-not-json': (what) => `${what} answered something else than DICOM JSON, as servers do at a wrong address or before a login; check the address of its DICOMweb root.`,
  'dicomweb-no-studies': (what) => `${what} has no study that matches; search with less, or with * in the name.`,
  'dicomweb-no-series': (what) => `${what} lists no series in this study; choose another one.`,
  'dicomweb-no-images': (what) => `${what} has no images in this series; choose another one.`,
  'dicomweb-images-missing': (what) => `${what} could not be fetched and are treated as missing; open the series again to try once more.`,
  'dicomweb-images-lost': (what) => `${what} could not be fetched, so nothing was opened; try again, or ask who runs the server.`,
  'dicomweb-link': (what) => `The link names no valid ${what}; it needs dicomweb, study and series, each with what the server calls it.`,
};

export function describeDicomWebFault({ code, what }: DicomWebFault): FileProblem {
  return { code, sentence: WORDINGS[code](quotable(what)), fileNames: [] };
}
