import { BlobReader, BlobWriter, configure, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js';
import type { FileFault } from '#src/core/dicom/file-fault.ts';
import { isOfficeDocument } from './classify-name.ts';

// We are in a worker already, and nested blob workers would need a wider content security policy.
configure({ useWebWorkers: false });

export type NamedBlob = { readonly name: string; readonly blob: Blob };

/** Whether a file is a zip archive to be opened: by its first bytes (a local entry, or the end record of an empty archive). */
export async function isZip({ name, blob }: NamedBlob): Promise<boolean> {
  if (blob.size < 22 || isOfficeDocument(name)) return false;
  const [p, k, a, b] = new Uint8Array(await blob.slice(0, 4).arrayBuffer());
  return p === 0x50 && k === 0x4b && ((a === 3 && b === 4) || (a === 5 && b === 6));
}

/**
 * Unpacks an archive member by member into Blobs, which the browser may keep on disk; the archive is never read whole.
 * Damaged or encrypted members come back as faults, the rest continues.
 */
export async function expandZip(
  archive: NamedBlob,
  onProgress: (done: number, total: number) => void,
): Promise<{ readonly files: readonly NamedBlob[]; readonly faults: readonly FileFault[] }> {
  const files: NamedBlob[] = [];
  const faults: FileFault[] = [];
  const reader = new ZipReader(new BlobReader(archive.blob));
  try {
    const members = (await reader.getEntries()).filter((member) => !member.directory);
    if (members.some((member) => member.encrypted)) faults.push({ code: 'encrypted-zip', fileName: archive.name });
    else if (members.length === 0) faults.push({ code: 'empty-folder', fileName: archive.name });
    for (const [index, member] of members.entries()) {
      onProgress(index, members.length);
      if (member.encrypted) continue;
      const name = `${archive.name}/${member.filename}`;
      try {
        files.push({ name, blob: await member.getData(new BlobWriter(), { checkSignature: true }) });
      } catch {
        faults.push({ code: 'broken-zip-member', fileName: name });
      }
    }
    onProgress(members.length, members.length);
  } catch {
    // zip.js rejects what it cannot follow: no end record, split archives, an encrypted directory.
    faults.push({ code: 'broken-zip', fileName: archive.name });
  } finally {
    await reader.close();
  }
  return { files, faults };
}
