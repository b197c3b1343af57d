import { writeCalibrationFile } from '#src/core/measure/calibration-file.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { parseManifest } from '#src/core/model/manifest.ts';
import { writeZip } from '#src/files/index.ts';
import type { ModelFolderFiles } from '#src/inference/index.ts';
import { tell } from './messages.ts';
import { shortHash } from './models-facts.ts';
import type { Models } from './models.ts';
import type { SessionStore } from './state.ts';

/** A file for the browser's downloads. */
export type SavedCopy = { readonly name: string; readonly blob: Blob };

/**
 * An own network as the zip of its folder, which can be dropped in again, here or elsewhere. It is checked then, as any other.
 * Null where it cannot be read, which has been said.
 */
export async function copyOfNetwork(store: SessionStore, models: Pick<Models, 'readFolder'>, key: string): Promise<SavedCopy | null> {
  const facts = store.getState().ownModels.find((one) => one.key === key)?.facts;
  if (!facts) return null;
  try {
    const folder = await models.readFolder(key);
    if (folder.ok && (await isWhole(folder.value))) {
      const blob = await writeZip([...folder.value].map(([name, content]) => ({ name: `${facts.id}/${name}`, content })));
      return { name: `${facts.id}-${shortHash(facts.sha256)}.zip`, blob };
    }
  } catch {
    // Erased while it was read, or its manifest is damaged.
  }
  tell(store, 'problem', `${facts.title}: no copy could be made, because what is kept in this browser cannot be read; remove it and drop its folder again.`, 'app');
  return null;
}

/** What is gone of a kept network is left out of its folder. */
async function isWhole(folder: ModelFolderFiles): Promise<boolean> {
  const manifest = parseManifest(JSON.parse((await folder.get('manifest.json')?.text()) ?? ''));
  return manifest.ok && [manifest.value.file.name, manifest.value.golden.file.name].every((name) => folder.has(name));
}

/** The file that "Calibration from a file…" in the settings reads. */
export function copyOfCalibration(calibration: ScannerCalibration): SavedCopy {
  const words = `${calibration.name}-${calibration.kvp}-kvp`.replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  return { name: `osteolens-calibration-${words}.json`, blob: new Blob([writeCalibrationFile(calibration)], { type: 'application/json' }) };
}
