import { originsOfDeployment, securityHeaders } from '../../../scripts/security-headers.mjs';
import { MEMORY_CACHE } from './cache-names.ts';

/*
 * The headers that pages and workers are served with: those that the host itself sent last, and where it sends none those of
 * scripts/security-headers.mjs, for the deployment that it has. deployment.json is the host's, not the build's: asked anew each time, kept for when
 * there is no network.
 */

export const DEPLOYMENT = 'deployment.json';

/** A host that answers later is treated as out of reach. */
const ANSWER_LIMIT_MS = 3000;

let known: Promise<Readonly<Record<string, string>>> | null = null;

export async function fetchDeployment(): Promise<Response> {
  const memory = await caches.open(MEMORY_CACHE);
  try {
    const response = await fetch(DEPLOYMENT, { cache: 'no-cache', signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    if (!response.ok) return response;
    await memory.put(DEPLOYMENT, response.clone());
    known = null;
    return response;
  } catch (error) {
    const kept = await memory.match(DEPLOYMENT);
    if (kept === undefined) throw error;
    return kept;
  }
}

function hostHeaders(): Promise<Readonly<Record<string, string>>> {
  known ??= readHostHeaders();
  return known;
}

async function readHostHeaders(): Promise<Readonly<Record<string, string>>> {
  const kept = await (await caches.open(MEMORY_CACHE)).match(DEPLOYMENT);
  const own = securityHeaders(originsOfDeployment(await readJson(kept)));
  const sent = Object.keys(own).flatMap((name) => {
    const value = kept?.headers.get(name) ?? null;
    return value === null ? [] : [[name, value]];
  });
  return { ...own, ...(Object.fromEntries(sent) as Record<string, string>) };
}

async function readJson(response: Response | undefined): Promise<unknown> {
  try {
    return await response?.clone().json();
  } catch {
    return undefined;
  }
}

/** The same answer with the host's headers; a redirect passes as it is. */
export async function withHostHeaders(response: Response): Promise<Response> {
  const wanted = Object.entries(await hostHeaders());
  // Passed on as it came: nothing of it has to go through this worker.
  if (response.status === 0 || wanted.every(([name, value]) => response.headers.get(name) === value)) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of wanted) headers.set(name, value);
  const { status, statusText } = response;
  const hasNoBody = status === 204 || status === 304;
  // Read whole, so that no stream hangs on this worker after the page that asked is gone.
  return new Response(hasNoBody ? null : await response.blob(), { status, statusText, headers });
}
