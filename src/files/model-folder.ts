import { otherKindOf } from './worker/classify-name.ts';

/** A folder that someone means as a network: what lies in it, by name. Nothing of it has been read. */
export type ModelFolder = {
  /** As dropped: the folder's or the archive's path. */
  readonly name: string;
  readonly files: ReadonlyMap<string, Blob>;
};

type Named = { readonly name: string; readonly blob: Blob | null };

/** What belongs to a network's folder and to no study. */
const COMPANION = /\.(json|onnx|data|bin|md|txt|csv|svg|png)$|^licen[cs]e$/i;
/** May hold a network, results or a study: archives and images of discs. */
const ARCHIVE = /\.(zip|tgz|(tar|iso)(\.gz)?)$/i;

/**
 * Takes the networks out of what was dropped, by names alone. A folder is one where it holds an ONNX file, or a manifest.json beside a
 * golden.bin or a model-card.md; a manifest.json alone is often part of a study's export. Images beside a network stay with the study.
 */
export function takeModelFolders<T extends Named>(files: readonly T[]): { readonly models: readonly ModelFolder[]; readonly rest: readonly T[] } {
  const byFolder = new Map<string, T[]>();
  for (const file of files) {
    const folder = folderOf(file.name);
    const inside = byFolder.get(folder);
    if (inside) inside.push(file);
    else byFolder.set(folder, [file]);
  }
  const found = new Set([...byFolder].filter(([, inside]) => isModelFolder(inside.map(({ name }) => fileOf(name)))).map(([folder]) => folder));
  if (found.size === 0) return { models: [], rest: files };
  // Results, centroids and calibrations are taken wherever they lie.
  const belongs = ({ name }: Named) => found.has(folderOf(name)) && COMPANION.test(fileOf(name)) && otherKindOf(name) === null;
  const models = [...found].map((folder) => ({
    name: folder === '' ? 'The network' : folder,
    files: new Map((byFolder.get(folder) ?? []).filter(belongs).flatMap(({ name, blob }) => (blob === null ? [] : [[fileOf(name), blob] as const]))),
  }));
  return { models, rest: files.filter((file) => !belongs(file)) };
}

/** Whether files may be a network or results without any image, by their names alone: what is in an archive or on a disc is not known yet. */
export function mayLackImages(files: readonly Named[]): boolean {
  return files.every(({ name, blob }) => blob !== null && (ARCHIVE.test(name) || COMPANION.test(fileOf(name))));
}

function isModelFolder(names: readonly string[]): boolean {
  // Names that begin with "._" are macOS's notes on files of the same name.
  if (names.some((name) => /\.onnx$/i.test(name) && !name.startsWith('._'))) return true;
  return names.includes('manifest.json') && (names.includes('golden.bin') || names.includes('model-card.md'));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
