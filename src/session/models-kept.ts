import { parseManifest } from '#src/core/model/manifest.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { ModelFolderFiles } from '#src/inference/index.ts';
import type { KeptFileInFolder, PrivateFolder, StorageProblem } from '#src/storage/index.ts';

/*
 * Networks that the user keeps, in the origin's private file system: one folder each, called by the network's key, with its four files.
 * A folder counts once its manifest is there, which is written last.
 */

const ROOT = 'models';
const KEY = /^[0-9a-f]{16}$/;
const MANIFEST = 'manifest.json';
const CARD = 'model-card.md';
/** Names in the browser's storage, whatever the manifest calls them. */
const MODEL = 'model.onnx';
const GOLDEN = 'golden.bin';

export type KeptModels = {
  readonly list: () => Promise<Result<readonly string[], StorageProblem>>;
  /** The folder's files under the names that its manifest gives them. Those that are gone are left out. */
  readonly read: (key: string) => Promise<Result<ModelFolderFiles, StorageProblem>>;
  /** @param files of a network that has passed its checks */
  readonly write: (key: string, files: ModelFolderFiles) => Promise<Result<null, StorageProblem>>;
  readonly remove: (key: string) => Promise<Result<null, StorageProblem>>;
};

export type PrivateStorage = {
  readonly openPrivateFolder: (path: readonly string[]) => PrivateFolder;
  readonly listEverything: () => Promise<Result<readonly KeptFileInFolder[], StorageProblem>>;
};

export function createKeptModels({ openPrivateFolder, listEverything }: PrivateStorage): KeptModels {
  const open = (key: string) => openPrivateFolder([ROOT, key]);
  return {
    async list() {
      const all = await listEverything();
      if (!all.ok) return all;
      return ok(all.value.flatMap(({ folder: [root, key, ...deeper], name }) => (root === ROOT && key !== undefined && KEY.test(key) && deeper.length === 0 && name === MANIFEST ? [key] : [])));
    },
    async read(key) {
      const folder = open(key);
      const manifest = await folder.read(MANIFEST);
      if (!manifest.ok) return manifest;
      const names = await namesOf(manifest.value);
      const files = new Map([[MANIFEST, manifest.value]]);
      for (const [kept, name] of [[CARD, CARD], [MODEL, names.model], [GOLDEN, names.golden]] as const) {
        const file = await folder.read(kept);
        if (file.ok) files.set(name, file.value);
      }
      return ok(files);
    },
    async write(key, files) {
      const folder = open(key);
      const manifest = files.get(MANIFEST) ?? new Blob();
      const names = await namesOf(manifest);
      const all = [[MODEL, files.get(names.model)], [GOLDEN, files.get(names.golden)], [CARD, files.get(CARD)], [MANIFEST, manifest]] as const;
      for (const [kept, blob] of all) {
        const written = await folder.write(kept, blob ?? new Blob());
        if (written.ok) continue;
        await folder.removeAll();
        return fail(written.error);
      }
      return ok(null);
    },
    remove: (key) => open(key).removeAll(),
  };
}

/** What the manifest calls its files; the usual names where it is damaged. */
async function namesOf(manifest: Blob): Promise<{ readonly model: string; readonly golden: string }> {
  try {
    const parsed = parseManifest(JSON.parse(await manifest.text()));
    if (parsed.ok) return { model: parsed.value.file.name, golden: parsed.value.golden.file.name };
  } catch {
    // Not JSON, or unreadable: whoever checks the folder says so.
  }
  return { model: MODEL, golden: GOLDEN };
}
