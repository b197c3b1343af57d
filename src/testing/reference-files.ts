/** The files that scripts/reference/cases.py wrote, from synthetic.zip. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js';
import { FIXTURES } from './reference-values.ts';

export async function readReferenceFiles(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const zip = new ZipReader(new BlobReader(new Blob([readFileSync(path.join(FIXTURES, 'synthetic.zip'))])), { useWebWorkers: false });
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of await zip.getEntries()) {
    if (!entry.directory) files.set(entry.filename, new Uint8Array(await entry.getData(new Uint8ArrayWriter())));
  }
  return files;
}
