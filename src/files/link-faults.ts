import type { FileProblem } from '#src/core/dicom/describe-faults.ts';
import { quotable } from '#src/lib/foreign-text.ts';

type LinkFaultCode =
  | 'link-invalid'
  | 'link-forbidden'
  | 'link-status'
  | 'link-html'
  | 'link-unreachable'
  | 'link-list';

/** Why one address gave no file. `what` is the address, the file or, where it is forbidden, the origin. */
export type LinkFault = { readonly code: LinkFaultCode; readonly what: string };

const WORDINGS: Readonly<Record<LinkFaultCode, (what: string) => string>> = {
  'link-invalid': (what) => `${what} is no web address that can be opened; link to a zip archive, a DICOM file or a JSON list of files.`,
  'link-forbidden': (what) => `The link leads to ${what}, from which this copy of OsteoLens may not read; download the files and drop them here, or have the site added to deployment.json.`,
  'link-status': (what) => `${what} could not be fetched: the server does not give it out; check the link.`,
  'link-html': (what) => `${what} is a web page and no image file, as servers send for a wrong address or a missing login; check the link.`,
  'link-unreachable': (what) => `${what} could not be fetched: the server was not reached or does not let this page read it; check the connection and the link.`,
  'link-list': (what) => `${what} is no list of files; it must be a JSON array of addresses, or an object with one under "files".`,
};

const NAMED = 3;

/** One problem per code; its sentence names the first three. */
export function describeLinkFaults(faults: readonly LinkFault[]): readonly FileProblem[] {
  const codes = [...new Set(faults.map(({ code }) => code))];
  return codes.map((code) => {
    const fileNames = [...new Set(faults.filter((fault) => fault.code === code).map(({ what }) => what))];
    const rest = fileNames.length > NAMED ? ` and ${fileNames.length - NAMED} more` : '';
    return { code, sentence: WORDINGS[code](`${fileNames.slice(0, NAMED).map(quotable).join(', ')}${rest}`), fileNames };
  });
}
