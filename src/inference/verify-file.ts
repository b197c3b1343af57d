import type { ManifestFile } from '#src/core/model/manifest.ts';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { InferenceProblem } from './engine.ts';

/** Holds a file of the model folder to its size and SHA-256 in the manifest, before anything reads it. */
export async function verifyFile(bytes: ArrayBuffer, entry: ManifestFile): Promise<Result<null, InferenceProblem>> {
  if (bytes.byteLength !== entry.bytes) {
    return fail({
      code: 'model-bytes',
      sentence: `The model was refused: ${entry.name} has ${bytes.byteLength} bytes where its manifest says ${entry.bytes}.`,
    });
  }
  const digest = await sha256Of(bytes);
  if (!digest.ok) return digest;
  const hex = digest.value;
  if (hex !== entry.sha256) {
    return fail({
      code: 'model-hash',
      sentence: `The model was refused: the SHA-256 of ${entry.name} is not that of its manifest, so the file was changed or damaged.`,
      detail: hex,
    });
  }
  return ok(null);
}

/** 64 lower-case hexadecimal digits. */
export async function sha256Of(bytes: ArrayBuffer): Promise<Result<string, InferenceProblem>> {
  // Browsers offer SubtleCrypto only on https and on localhost, whatever the type says.
  const subtle = (globalThis.crypto as Partial<Crypto>).subtle;
  if (!subtle) {
    return fail({
      code: 'insecure-page',
      sentence: 'The model cannot be checked on a page that was opened over plain http: open OsteoLens over https or on this computer.',
    });
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return ok(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
}
