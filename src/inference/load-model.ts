import { parseManifest, type ModelManifest } from '#src/core/model/manifest.ts';
import { memoizePromise } from '#src/lib/memoize-promise.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem, ModelSource } from './engine.ts';
import { RUN_LIMIT_MS } from './model-limits.ts';

/** A model folder in memory. The manifest is checked; the bytes are not yet (verify-file.ts). */
export type ModelFiles = {
  readonly manifest: ModelManifest;
  readonly model: ArrayBuffer;
  readonly golden: ArrayBuffer;
  /** A run that takes longer is ended with its worker; set for networks from outside. */
  readonly runLimitMs?: number;
};

type ReadFile = (name: string) => Promise<Result<ArrayBuffer, InferenceProblem>>;

function unreachable(name: string, why: string): Result<never, InferenceProblem> {
  return fail({ code: 'model-unreachable', sentence: `The model could not be loaded: ${name} ${why}.` });
}

function readFromUrl(folderUrl: string): ReadFile {
  return async (name) => {
    try {
      const response = await fetch(new URL(name, folderUrl));
      if (!response.ok) return unreachable(name, `is not there (the server answered ${response.status})`);
      return ok(await response.arrayBuffer());
    } catch {
      return unreachable(name, 'could not be fetched; check the connection and try again');
    }
  };
}

function readFromFiles(files: ReadonlyMap<string, Blob>): ReadFile {
  return async (name) => {
    const file = files.get(name);
    if (!file) return unreachable(name, 'is not in the folder');
    try {
      return ok(await file.arrayBuffer());
    } catch {
      return unreachable(name, 'could not be read');
    }
  };
}

async function readFolder(read: ReadFile): Promise<Result<ModelFiles, InferenceProblem>> {
  const text = await read('manifest.json');
  if (!text.ok) return text;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(text.value));
  } catch {
    return fail({ code: 'manifest-invalid', sentence: 'The model was refused: its manifest.json is not JSON.' });
  }
  const manifest = parseManifest(json);
  if (!manifest.ok) return manifest;
  const [model, golden] = await Promise.all([read(manifest.value.file.name), read(manifest.value.golden.file.name)]);
  if (!model.ok) return model;
  if (!golden.ok) return golden;
  return ok({ manifest: manifest.value, model: model.value, golden: golden.value });
}

/** A reader that fetches each folder of our own origin once; a failure is forgotten and can be tried again. */
export function createModelReader(): (source: ModelSource) => Promise<Result<ModelFiles, InferenceProblem>> {
  const readUrlOnce = memoizePromise(
    (folderUrl: string) => readFolder(readFromUrl(folderUrl)),
    (result) => !result.ok,
  );
  return async (source) => {
    if (source.kind === 'url') return readUrlOnce(source.folderUrl);
    const files = await readFolder(readFromFiles(source.files));
    return files.ok ? ok({ ...files.value, runLimitMs: RUN_LIMIT_MS }) : files;
  };
}
