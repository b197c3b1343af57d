import { z } from 'zod';

const schema = z.object({
  allowedOrigins: z.array(z.string()).default([]),
  dicomWeb: z.array(z.object({ title: z.string(), root: z.string() })).default([]),
});

/** A DICOMweb server that this copy of the application offers; `root` is relative to the page or absolute. */
export type OfferedServer = { readonly title: string; readonly root: string };

/** What who runs this copy of the application allows it, from deployment.json beside the page. */
export type Deployment = {
  /** Origins that links may lead to and whose DICOMweb servers may be asked, beside the page's own. */
  readonly allowedOrigins: readonly string[];
  readonly dicomWeb: readonly OfferedServer[];
};

const NOTHING: Deployment = { allowedOrigins: [], dicomWeb: [] };

/**
 * A deployment without the file, or with a damaged one, allows no other origin. Rejects with the signal's reason when aborted.
 * @param baseUrl folder of the page, absolute, with a slash at its end
 */
export async function readDeployment(baseUrl: string, signal: AbortSignal, get: typeof fetch = fetch): Promise<Deployment> {
  try {
    const response = await get(new URL('deployment.json', baseUrl), { signal });
    return response.ok ? schema.parse(await response.json()) : NOTHING;
  } catch {
    signal.throwIfAborted();
    return NOTHING;
  }
}
