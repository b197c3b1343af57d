import { BlobReader, BlobWriter, configure, TextReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';

export type FileToZip = { readonly name: string; readonly content: string | Blob };

/** Files as one zip archive. Names that occur twice throw. */
export async function writeZip(files: readonly FileToZip[]): Promise<Blob> {
  // The browser compresses beside the page: a worker of the library's own would need a wider content security policy.
  configure({ useWebWorkers: false });
  const writer = new ZipWriter(new BlobWriter('application/zip'));
  for (const { name, content } of files) await writer.add(name, typeof content === 'string' ? new TextReader(content) : new BlobReader(content));
  return writer.close();
}
