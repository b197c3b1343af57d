import type { FileFaultCode } from '#src/core/dicom/file-fault.ts';
import { classifyName, isOfficeDocument, otherKindOf } from './classify-name.ts';

export type NamedBlob = { readonly name: string; readonly blob: Blob };

/** `other`: an archive of a kind that is not unpacked here. */
export type ArchiveKind = 'zip' | 'gzip' | 'tar' | 'iso' | 'other';

const LOOK_BYTES = 262;
const DICM_AT = 128;
const USTAR_AT = 257;
// The first volume descriptor of a disc image: ISO 9660 (ECMA-119 8.1), or UDF alone (ECMA-167 2/9.1), as on large discs.
const DISC_AT = 16 * 2048 + 1;
const DISC_KINDS: Readonly<Record<string, ArchiveKind>> = { CD001: 'iso', BEA01: 'other' };
const DISC_MARK_BYTES = 5;

// First bytes; the second zip is the end record of an empty archive. Sources: APPNOTE 6.3, RFC 1952, and the formats' own manuals.
const SIGNATURES: readonly (readonly [ArchiveKind, readonly number[]])[] = [
  ['zip', [0x50, 0x4b, 0x03, 0x04]], ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['other', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]], // RAR
  ['other', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]], // 7z
  ['other', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]], // xz
  ['other', [0x28, 0xb5, 0x2f, 0xfd]], // Zstandard
  ['other', [0x42, 0x5a, 0x68]], // bzip2
];

/** What the first bytes of a file and its name tell. `clutter` is no image for certain and need not be read again. */
export type FirstLook =
  | { readonly kind: 'archive'; readonly archive: ArchiveKind }
  | { readonly kind: 'clutter'; readonly code: FileFaultCode }
  | { readonly kind: 'file' };

/**
 * Looks at a file once, so that thousands of documents beside a study cost one short read each. Archives are known by their bytes,
 * not by their name. Rejects where the file cannot be read.
 */
export async function lookAt({ name, blob }: NamedBlob): Promise<FirstLook> {
  if (blob.size === 0) {
    // Chromium gives a file that is gone from the disk a size of 0, too: only the reading fails.
    await blob.arrayBuffer();
    return { kind: 'clutter', code: 'empty-file' };
  }
  const bytes = new Uint8Array(await blob.slice(0, LOOK_BYTES).arrayBuffer());
  const isDicom = hasText(bytes, DICM_AT, 'DICM');
  const archive = archiveKindOf(bytes) ?? (isDicom ? null : await discKindOf(blob));
  if (archive !== null && !(archive === 'zip' && isOfficeDocument(name))) return { kind: 'archive', archive };
  const code = classifyName(name);
  const isClutter = CLUTTER.has(code) && otherKindOf(name) === null && !isDicom;
  return isClutter ? { kind: 'clutter', code } : { kind: 'file' };
}

/** Whether the file is still to be had from the disk: streams do not always say why they ended. */
export async function isReadable(blob: Blob): Promise<boolean> {
  try {
    await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

const CLUTTER: ReadonlySet<FileFaultCode> = new Set(['text-file', 'picture-file', 'system-file']);

function archiveKindOf(bytes: Uint8Array): ArchiveKind | null {
  const kind = SIGNATURES.find(([, signature]) => signature.every((byte, at) => bytes[at] === byte))?.[0];
  return kind ?? (hasText(bytes, USTAR_AT, 'ustar') ? 'tar' : null);
}

async function discKindOf(blob: Blob): Promise<ArchiveKind | null> {
  if (blob.size <= DISC_AT) return null;
  const bytes = new Uint8Array(await blob.slice(DISC_AT, DISC_AT + DISC_MARK_BYTES).arrayBuffer());
  return DISC_KINDS[String.fromCharCode(...bytes)] ?? null;
}

function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return String.fromCharCode(...bytes.subarray(at, at + text.length)) === text;
}
