import { z } from 'zod';
import type { ModelManifest } from '#src/core/model/manifest.ts';
import type { InferenceEngine } from '#src/inference/index.ts';
import { fail, type Result } from '#src/lib/result.ts';

const modelIndex = z.object({ default: z.string().regex(/^[\w][\w.-]*$/) });

/** Loads the network that models/index.json names; on failure one sentence, and levels are still measured. */
export async function loadDefaultModel(engine: InferenceEngine, baseUrl: string): Promise<Result<ModelManifest, string>> {
  const without = 'levels are measured, but there will be no estimate.';
  try {
    const response = await fetch(new URL('models/index.json', baseUrl));
    if (!response.ok) return fail(`The list of networks could not be read (HTTP ${response.status}): ${without}`);
    const index = modelIndex.parse(await response.json());
    const loaded = await engine.load({ kind: 'url', folderUrl: new URL(`models/${index.default}/`, baseUrl).href });
    return loaded.ok ? loaded : fail(`${loaded.error.sentence} Until then, ${without}`);
  } catch {
    return fail(`The list of networks could not be read: ${without}`);
  }
}
