import { parseManifest } from '#src/core/model/manifest.ts';
import { parseSpineManifest } from '#src/core/spine/spine-manifest.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import { findDefaultModel } from './default-model.ts';
import { factsOfModel, type ModelFacts } from './models-facts.ts';

/** Beside the page. Which network reads the density is said by models/index.json; this one is part of the application. */
export const SPINE_FOLDER = 'models/osteolens-spine/';

/** What is told of the network that finds the vertebrae. */
export type SpineNetworkFacts = Pick<ModelFacts, 'id' | 'title' | 'version' | 'sha256' | 'warnings'>;

/** The networks that come with OsteoLens, by their manifests and cards; neither is started for it. Cards are Markdown, to be shown as text. */
export type BundledNetworks = {
  readonly density: { readonly facts: ModelFacts; readonly card: string };
  readonly spine: { readonly facts: SpineNetworkFacts; readonly card: string };
};

/**
 * Asked for each time that the list is looked at, and answered by the browser's cache or by the offline copy.
 * @param baseUrl folder that holds models/, absolute, with a slash at its end
 * @returns one sentence where anything of it cannot be read
 */
export async function readBundledNetworks(baseUrl: string): Promise<Result<BundledNetworks, string>> {
  const density = await findDefaultModel(baseUrl);
  if (!density.ok) return fail(UNREADABLE);
  try {
    const folderOfSpine = new URL(SPINE_FOLDER, baseUrl).href;
    const [manifest, card, spineManifest, spineCard] = await Promise.all([
      readText(density.value, 'manifest.json'), readText(density.value, 'model-card.md'), readText(folderOfSpine, 'manifest.json'), readText(folderOfSpine, 'model-card.md'),
    ]);
    const [level, spine] = [parseManifest(JSON.parse(manifest)), parseSpineManifest(JSON.parse(spineManifest))];
    if (!level.ok || !spine.ok) return fail(UNREADABLE);
    const { id, title, version, warnings, file } = spine.value;
    return ok({ density: { facts: factsOfModel(level.value, 'bundled'), card }, spine: { facts: { id, title, version, warnings, sha256: file.sha256 }, card: spineCard } });
  } catch {
    return fail(UNREADABLE);
  }
}

const UNREADABLE = 'The networks that come with OsteoLens could not be read; check the connection and open this list again.';

async function readText(folderUrl: string, name: string): Promise<string> {
  const response = await fetch(new URL(name, folderUrl));
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status}`);
  return response.text();
}
