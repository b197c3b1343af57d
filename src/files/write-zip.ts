import { BlobWriter, configure, TextReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';

/** Text files as one zip archive. Names that occur twice throw. */
export async function writeZip(files: readonly { readonly name: string; readonly text: string }[]): Promise<Blob> {
  // Small texts: a worker of the library's own would need a wider content security policy.
  configure({ useWebWorkers: false });
  const writer = new ZipWriter(new BlobWriter('application/zip'));
  for (const { name, text } of files) await writer.add(name, new TextReader(text));
  return writer.close();
}
