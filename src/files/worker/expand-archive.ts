import type { FileFault } from '#src/core/dicom/file-fault.ts';
import { takeModelFolders, type ModelFolder } from '../model-folder.ts';
import { ArchiveRefusal, type Allowance, type Budget } from './archive-limits.ts';
import { lookAt, type ArchiveKind, type NamedBlob } from './first-look.ts';
import { expandGzip } from './expand-gzip.ts';
import { expandIso } from './expand-iso.ts';
import { expandTar } from './expand-tar.ts';
import { expandZip } from './expand-zip.ts';

export type Expanded = { readonly files: readonly NamedBlob[]; readonly faults: readonly FileFault[] };

/** Also the networks among what was unpacked, which are no part of a study. */
export type Unpacked = Expanded & { readonly models: readonly ModelFolder[] };

export type UnpackProgress = (done: number, total: number) => void;

const EXPANDERS = { zip: expandZip, gzip: expandGzip, tar: expandTar, iso: expandIso } as const;

/**
 * Unpacks a dropped archive and the archives inside it into Blobs, which the browser may keep on disk; no archive and no member is held
 * whole in memory. Damaged or encrypted members come back as faults and the rest continues; an archive that passes the
 * limits is left aside as a whole.
 */
export async function expandArchive(archive: NamedBlob, kind: ArchiveKind, budget: Budget, onProgress: UnpackProgress): Promise<Unpacked> {
  const { allowance, giveBack } = budget.allow(archive.blob.size);
  try {
    return await expandNested(archive, kind, allowance, onProgress, 1);
  } catch (error) {
    if (!(error instanceof ArchiveRefusal)) throw error;
    giveBack();
    return { files: [], models: [], faults: [{ code: error.code, fileName: archive.name }] };
  }
}

async function expandNested(archive: NamedBlob, kind: ArchiveKind, allowance: Allowance, onProgress: UnpackProgress, depth: number): Promise<Unpacked> {
  if (kind === 'other') return { files: [], models: [], faults: [{ code: 'other-archive', fileName: archive.name }] };
  if (depth > allowance.depth) return { files: [], models: [], faults: [{ code: 'archive-too-deep', fileName: archive.name }] };
  const expanded = await EXPANDERS[kind](archive, allowance, onProgress);
  const taken = takeModelFolders(expanded.files);
  const models = [...taken.models];
  const files: NamedBlob[] = [];
  const faults = [...expanded.faults];
  for (const member of taken.rest) {
    const look = await lookAt(member);
    if (look.kind === 'file') files.push(member);
    else if (look.kind === 'clutter') faults.push({ code: look.code, fileName: member.name });
    else {
      const nested = await expandNested(member, look.archive, allowance, onProgress, depth + 1);
      files.push(...nested.files);
      faults.push(...nested.faults);
      models.push(...nested.models);
    }
  }
  return { files, faults, models };
}
