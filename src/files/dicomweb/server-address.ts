import { fail, ok, type Result } from '#src/lib/result.ts';
import type { Deployment } from '../deployment.ts';
import type { DicomWebFault } from './faults.ts';

/** The page's own origin, those that the deployment allows, and those of the servers that it offers. */
export function dicomWebOrigins(deployment: Deployment, baseUrl: string): readonly string[] {
  const offered = deployment.dicomWeb.flatMap(({ root }) => (URL.canParse(root, baseUrl) ? [new URL(root, baseUrl).origin] : []));
  return [...new Set([new URL(baseUrl).origin, ...deployment.allowedOrigins, ...offered])];
}

/**
 * Absolute address of a DICOMweb root without a slash at its end, or why it may not be asked.
 * @param root as the user typed it or a link gives it: absolute, or a path on the page's origin
 * @param baseUrl folder of the page, absolute, with a slash at its end
 */
export function resolveRoot(root: string, baseUrl: string, allowedOrigins: readonly string[]): Result<string, DicomWebFault> {
  const text = root.trim();
  const url = text !== '' && URL.canParse(text, baseUrl) ? new URL(text, baseUrl) : null;
  // A name and password in an address would be sent with every request and shown in messages.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return fail({ code: 'dicomweb-address', what: text === '' ? 'An empty field' : withoutLogin(text) });
  if (!allowedOrigins.includes(url.origin)) return fail({ code: 'dicomweb-forbidden', what: url.origin });
  return ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}`);
}

function withoutLogin(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//…@');
}

/** PS3.5 section 9.1: digits and dots, at most 64 characters. */
export function isUid(text: string | null): text is string {
  return text !== null && /^\d[\d.]{0,63}$/.test(text);
}
