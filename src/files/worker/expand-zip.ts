import { BlobReader, BlobWriter, configure, ZipReader, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js';
import type { FileFault } from '#src/core/dicom/file-fault.ts';
import { ArchiveRefusal, type Allowance } from './archive-limits.ts';
import type { NamedBlob } from './first-look.ts';
import type { Expanded, UnpackProgress } from './expand-archive.ts';

// We are in a worker already, and nested blob workers would need a wider content security policy.
configure({ useWebWorkers: false });

/** Stored and deflated; what else is unpacked depends on the browser. */
const OWN_METHODS: ReadonlySet<number> = new Set([0, 8]);

/** Unpacks a zip archive member by member. The sizes that it states are taken from the allowance before anything is inflated. */
export async function expandZip(archive: NamedBlob, allowance: Allowance, onProgress: UnpackProgress): Promise<Expanded> {
  const files: NamedBlob[] = [];
  const faults: FileFault[] = [];
  // Names such as "C:/x.dcm" or "../x.dcm", which some exports have, are harmless: they are shown and compared, and never are paths.
  const reader = new ZipReader(new BlobReader(archive.blob), { filenameValidation: 'tolerant' });
  try {
    const members = await listMembers(reader, allowance);
    if (members.some((member) => member.encrypted)) faults.push({ code: 'encrypted-zip', fileName: archive.name });
    else if (members.length === 0) faults.push({ code: 'empty-folder', fileName: archive.name });
    for (const [index, member] of members.entries()) {
      onProgress(index, members.length);
      if (member.encrypted) continue;
      const name = `${archive.name}/${member.filename}`;
      try {
        // zip.js stops at the first byte beyond the stated size, so a member cannot unfold to more than was allowed.
        files.push({ name, blob: await member.getData(new BlobWriter(), { checkSignature: true }) });
      } catch (error) {
        // The archive itself went away (NotReadableError): the other members would only repeat it.
        if (error instanceof DOMException) throw error;
        faults.push({ code: OWN_METHODS.has(member.compressionMethod) ? 'broken-zip-member' : 'foreign-zip-member', fileName: name });
      }
    }
    onProgress(members.length, members.length);
  } catch (error) {
    if (error instanceof ArchiveRefusal) throw error;
    // zip.js rejects what it cannot follow: no end record, split archives, an encrypted directory.
    faults.push({ code: error instanceof DOMException ? 'unreadable-file' : 'broken-archive', fileName: archive.name });
  } finally {
    await reader.close();
  }
  return { files, faults };
}

async function listMembers(reader: ZipReader<Blob>, allowance: Allowance): Promise<readonly FileEntry[]> {
  const members: FileEntry[] = [];
  for await (const member of reader.getEntriesGenerator()) {
    if (member.directory) continue;
    allowance.takeMember();
    if (!member.encrypted) allowance.takeBytes(member.uncompressedSize);
    members.push(member);
  }
  return members;
}
