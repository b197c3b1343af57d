import { parseSpineManifest, type SpineManifest } from '#src/core/spine/spine-manifest.ts';
import { memoizePromise } from '#src/lib/memoize-promise.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from './engine.ts';

/** The spine network in memory. The manifest is checked; the model's bytes are checked by the worker that reads them. */
export type SpineFiles = { readonly manifest: SpineManifest; readonly model: ArrayBuffer };

async function readFile(url: URL): Promise<Result<ArrayBuffer, InferenceProblem>> {
  const name = url.pathname.split('/').at(-1) ?? '';
  try {
    const response = await fetch(url);
    if (response.ok) return ok(await response.arrayBuffer());
    return fail({ code: 'model-unreachable', sentence: `The spine network could not be loaded: ${name} is not there (the server answered ${response.status}).` });
  } catch {
    return fail({ code: 'model-unreachable', sentence: `The spine network could not be loaded: ${name} could not be fetched; check the connection and try again.` });
  }
}

async function readFolder(folderUrl: string): Promise<Result<SpineFiles, InferenceProblem>> {
  const text = await readFile(new URL('manifest.json', folderUrl));
  if (!text.ok) return text;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(text.value));
  } catch {
    return fail({ code: 'manifest-invalid', sentence: 'The spine network was refused: its manifest.json is not JSON.' });
  }
  const manifest = parseSpineManifest(json);
  if (!manifest.ok) return manifest;
  const model = await readFile(new URL(manifest.value.file.name, folderUrl));
  return model.ok ? ok({ manifest: manifest.value, model: model.value }) : model;
}

/** A reader that fetches a folder of our own origin once; a failure is forgotten and can be tried again. */
export function createSpineModelReader(): (folderUrl: string) => Promise<Result<SpineFiles, InferenceProblem>> {
  return memoizePromise(readFolder, (result) => !result.ok);
}
