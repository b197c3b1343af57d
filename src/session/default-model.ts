import { z } from 'zod';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import type { InferenceEngine } from '#src/inference/index.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';

const modelIndex = z.object({ default: z.string().regex(/^[\w][\w.-]*$/) });

/** Address of the folder that models/index.json names, with a slash at its end; else what is wrong with the list, without a stop. */
export async function findDefaultModel(baseUrl: string): Promise<Result<string, string>> {
  try {
    const response = await fetch(new URL('models/index.json', baseUrl));
    if (!response.ok) return fail(`The list of networks could not be read (HTTP ${response.status})`);
    const index = modelIndex.parse(await response.json());
    return ok(new URL(`models/${index.default}/`, baseUrl).href);
  } catch {
    return fail('The list of networks could not be read');
  }
}

/** Loads the network that models/index.json names; on failure one sentence, and levels are still measured. */
export async function loadDefaultModel(engine: InferenceEngine, baseUrl: string): Promise<Result<ModelManifest, string>> {
  const without = 'levels are measured, but there will be no estimate.';
  const folder = await findDefaultModel(baseUrl);
  if (!folder.ok) return fail(`${folder.error}: ${without}`);
  const loaded = await engine.load({ kind: 'url', folderUrl: folder.value });
  return loaded.ok ? loaded : fail(`${loaded.error.sentence} Until then, ${without}`);
}
