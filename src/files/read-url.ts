import { z } from 'zod';
import type { FileProblem } from '#src/core/dicom/describe-faults.ts';
import type { FileEntry, OpenProgress } from './file-entry.ts';
import { readDeployment } from './deployment.ts';
import { describeLinkFaults, type LinkFault } from './link-faults.ts';

export type ReadUrlOptions = {
  /** Folder of the page, absolute, with a slash at its end: relative links start here, and its origin is always allowed. */
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: OpenProgress) => void;
  /** For tests; by default the browser's. */
  readonly fetch?: typeof fetch;
};

/** Files behind a link, as if they had been dropped, and what could not be fetched. */
export type LinkedFiles = { readonly entries: readonly FileEntry[]; readonly problems: readonly FileProblem[] };

/** Requests in flight at once, as many as browsers open to one HTTP/1.1 server. */
const REQUESTS = 6;
const PROGRESS_INTERVAL_MS = 50;

const urlList = z.union([z.array(z.string()).min(1), z.object({ files: z.array(z.string()).min(1) }).transform(({ files }) => files)]);

type Fetched = { readonly ok: true; readonly url: URL; readonly file: File } | { readonly ok: false; readonly fault: LinkFault };

/**
 * Fetches a zip, one DICOM file, or a JSON list of file addresses (an array, or under `files`; relative ones start at
 * the list), from this origin or one that deployment.json beside the page allows. Files of a list that cannot be had are
 * told, the others open. Rejects with the signal's reason when aborted, and on bugs.
 */
export async function readUrl(link: string, options: ReadUrlOptions): Promise<LinkedFiles> {
  const { baseUrl, signal, onProgress, fetch: get = fetch } = options;
  let allowed: Promise<ReadonlySet<string>> | null = null;
  // Most links stay on this origin and need no list.
  const isAllowed = async ({ origin }: URL): Promise<boolean> => {
    if (origin === new URL(baseUrl).origin) return true;
    allowed ??= readDeployment(baseUrl, signal, get).then(({ allowedOrigins }) => new Set(allowedOrigins));
    return (await allowed).has(origin);
  };

  async function fetchOne(address: string, from: string): Promise<Fetched> {
    const url = parseUrl(address, from);
    if (url === null) return lost('link-invalid', address);
    const name = nameOf(url);
    if (!(await isAllowed(url))) return lost('link-forbidden', url.origin);
    try {
      const response = await get(url, { signal });
      // A redirect must not lead where a link may not.
      if (response.url !== '' && !(await isAllowed(new URL(response.url)))) return lost('link-forbidden', new URL(response.url).origin);
      if (!response.ok) return lost('link-status', `${name} (HTTP ${response.status})`);
      const type = response.headers.get('content-type') ?? '';
      if (/^text\/html\b/i.test(type)) return lost('link-html', name);
      return { ok: true, url, file: new File([await readBody(response)], name, { type }) };
    } catch {
      signal.throwIfAborted();
      return lost('link-unreachable', name);
    }
  }

  /** The first address alone tells of its length, so that one large zip has real progress too. */
  async function readBody(response: Response): Promise<Blob> {
    const length = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length') ?? 0);
    if (total === 1) totalBytes = length > 0 ? length : null;
    if (response.body === null) return response.blob();
    const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        report();
        controller.enqueue(chunk);
      },
      flush: () => report(total === 1),
    });
    return new Response(response.body.pipeThrough(counting)).blob();
  }

  let [done, total, bytes] = [0, 1, 0];
  let totalBytes: number | null = null;
  let reported = Number.NEGATIVE_INFINITY;
  /** At most every 50 ms, and always at a file's end. */
  function report(isEnd = false): void {
    const now = performance.now();
    if (!isEnd && now - reported < PROGRESS_INTERVAL_MS) return;
    reported = now;
    onProgress({ kind: 'fetching', done, total, bytes, totalBytes });
  }

  signal.throwIfAborted();
  report(true);
  const first = await fetchOne(link, baseUrl);
  if (!first.ok) return told([first]);
  if (!isList(first)) return told([first]);
  const list = urlList.safeParse(await jsonOf(first.file));
  if (!list.success) return told([lost('link-list', first.file.name)]);
  [total, bytes, totalBytes] = [list.data.length, 0, null];
  report(true);
  return told(await fetchAll(list.data, async (address) => {
    const fetched = await fetchOne(address, first.url.href);
    done += 1;
    report(true);
    return fetched;
  }));
}

async function fetchAll(addresses: readonly string[], fetchOne: (address: string) => Promise<Fetched>): Promise<readonly Fetched[]> {
  const fetched: Fetched[] = [];
  const queue = addresses.entries();
  const drain = async (): Promise<void> => {
    for (const [index, address] of queue) fetched[index] = await fetchOne(address);
  };
  await Promise.all(Array.from({ length: REQUESTS }, drain));
  return fetched;
}

/** Null for what is no address of a file on a server: data:, blob: and javascript: are not. */
function parseUrl(address: string, from: string): URL | null {
  if (!URL.canParse(address, from)) return null;
  const url = new URL(address, from);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
}

/** Results and centroid files are JSON too, and files of their own. */
function isList({ url, file }: { readonly url: URL; readonly file: File }): boolean {
  if (/(\.osteolens|_ctd)\.json$/i.test(url.pathname)) return false;
  return /\.json$/i.test(url.pathname) || /^application\/([\w.-]+\+)?json\b/i.test(file.type);
}

async function jsonOf(file: File): Promise<unknown> {
  try {
    return JSON.parse(await file.text());
  } catch {
    return null;
  }
}

/** The path on the server, so that files of one name in two folders stay apart. */
function nameOf({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname).slice(1) || '/';
  } catch {
    return pathname.slice(1);
  }
}

function lost(code: LinkFault['code'], what: string): { readonly ok: false; readonly fault: LinkFault } {
  return { ok: false, fault: { code, what } };
}

function told(fetched: readonly Fetched[]): LinkedFiles {
  return {
    entries: fetched.flatMap((one) => (one.ok ? [{ name: one.file.name, blob: one.file }] : [])),
    problems: describeLinkFaults(fetched.flatMap((one) => (one.ok ? [] : [one.fault]))),
  };
}
