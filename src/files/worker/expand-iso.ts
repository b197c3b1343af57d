import type { FileFault } from '#src/core/dicom/file-fault.ts';
import type { Allowance } from './archive-limits.ts';
import type { Expanded, UnpackProgress } from './expand-archive.ts';
import { isReadable, type NamedBlob } from './first-look.ts';

// ECMA-119 (ISO 9660): offsets in a volume descriptor (8.4, 8.5) and in a directory record (9.1), bytes.
const SECTOR_BYTES = 2048;
const FIRST_DESCRIPTOR = 16;
const DESCRIPTOR = { kind: 0, escapes: 88, blockBytes: 128, root: 156 } as const;
const RECORD = { attributeBlocks: 1, block: 2, bytes: 10, flags: 25, interleaved: 26, nameBytes: 32, name: 33 } as const;
const PRIMARY = 1;
const SUPPLEMENTARY = 2;
const IS_DIRECTORY = 0x02;
const IS_ASSOCIATED = 0x04;
const GOES_ON = 0x80;
/** Escape sequences of UCS-2, by which a supplementary descriptor is one of the Joliet extension: %/@, %/C, %/E. */
const JOLIET = /^%\/[@CE]/;

const MOST_DESCRIPTORS = 64;
/** A hundred thousand long names need less; more is a damaged length. */
const MOST_DIRECTORY_BYTES = 32 * 1024 * 1024;

type Volume = { readonly blockBytes: number; readonly isJoliet: boolean; readonly root: Place };
type Place = { readonly from: number; readonly bytes: number };
/** `extents`: where the file lies, in order; files above 4 GB have several. */
type Entry = { readonly name: string; readonly isDirectory: boolean; readonly isInterleaved: boolean; readonly extents: readonly Place[] };

class BrokenImage extends Error {}

/**
 * Takes the image of a data disc apart (ISO 9660, with Joliet names where it has them). Its files are parts of it, so nothing is unpacked
 * and they count by number alone.
 */
export async function expandIso({ name, blob }: NamedBlob, allowance: Allowance, onProgress: UnpackProgress): Promise<Expanded> {
  const files: NamedBlob[] = [];
  const faults: FileFault[] = [];
  try {
    const volume = await readVolume(blob);
    // A directory that names one of its parents would have no end.
    const seen = new Set<number>();
    const open: { readonly path: string; readonly place: Place }[] = [{ path: name, place: volume.root }];
    for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
      if (seen.has(directory.place.from)) continue;
      seen.add(directory.place.from);
      for (const entry of await entriesOf(blob, directory.place, volume)) {
        const path = `${directory.path}/${entry.name}`;
        const [first] = entry.extents;
        if (entry.isDirectory) {
          if (first !== undefined) open.push({ path, place: first });
          continue;
        }
        allowance.takeMember();
        const isThere = !entry.isInterleaved && entry.extents.every(({ from, bytes }) => from + bytes <= blob.size);
        if (isThere) files.push({ name: path, blob: new Blob(entry.extents.map(({ from, bytes }) => blob.slice(from, from + bytes))) });
        else faults.push({ code: 'broken-zip-member', fileName: path });
      }
      onProgress(files.length, files.length + open.length);
    }
  } catch (error) {
    if (!(error instanceof BrokenImage || error instanceof DOMException)) throw error;
    faults.push({ code: (await isReadable(blob)) ? 'broken-archive' : 'unreadable-file', fileName: name });
  }
  if (files.length === 0 && faults.length === 0) faults.push({ code: 'empty-folder', fileName: name });
  return { files, faults };
}

/** The Joliet tree, whose names are whole, before the primary one. */
async function readVolume(blob: Blob): Promise<Volume> {
  const volumes: Volume[] = [];
  for (let n = 0; n < MOST_DESCRIPTORS; n += 1) {
    const bytes = await bytesAt(blob, { from: (FIRST_DESCRIPTOR + n) * SECTOR_BYTES, bytes: SECTOR_BYTES });
    const kind = bytes[DESCRIPTOR.kind];
    if (ascii(bytes, 1, 5) !== 'CD001') break;
    const isJoliet = kind === SUPPLEMENTARY && JOLIET.test(ascii(bytes, DESCRIPTOR.escapes, 3));
    if (kind !== PRIMARY && !isJoliet) continue;
    const blockBytes = new DataView(bytes.buffer).getUint16(DESCRIPTOR.blockBytes, true);
    if (blockBytes === 0) continue;
    volumes.push({ blockBytes, isJoliet, root: placeOf(bytes, DESCRIPTOR.root, blockBytes) });
  }
  const volume = volumes.find(({ isJoliet }) => isJoliet) ?? volumes[0];
  if (volume === undefined) throw new BrokenImage('No volume descriptor.');
  return volume;
}

async function entriesOf(blob: Blob, place: Place, { blockBytes, isJoliet }: Volume): Promise<readonly Entry[]> {
  if (place.bytes > MOST_DIRECTORY_BYTES) throw new BrokenImage('A directory of that size is none.');
  const bytes = await bytesAt(blob, place);
  const entries: Entry[] = [];
  let extents: Place[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    // Records do not cross sectors: the rest of one is filled with zeros.
    if (length === 0) {
      at += SECTOR_BYTES - (at % SECTOR_BYTES);
      continue;
    }
    const nameBytes = bytes[at + RECORD.nameBytes] ?? 0;
    if (length < RECORD.name + nameBytes || at + length > bytes.length) throw new BrokenImage('A directory record contradicts itself.');
    const flags = bytes[at + RECORD.flags] ?? 0;
    const rawName = bytes.subarray(at + RECORD.name, at + RECORD.name + nameBytes);
    // One byte of 0 or 1 stands for the directory itself and its parent. Associated files are notes of other systems.
    const isOwn = (nameBytes === 1 && (rawName[0] ?? 0) <= 1) || (flags & IS_ASSOCIATED) !== 0;
    if (!isOwn) {
      extents.push(placeOf(bytes, at, blockBytes));
      if ((flags & GOES_ON) === 0) {
        const isInterleaved = bytes[at + RECORD.interleaved] !== 0;
        entries.push({ name: nameOf(rawName, isJoliet), isDirectory: (flags & IS_DIRECTORY) !== 0, isInterleaved, extents });
        extents = [];
      }
    }
    at += length;
  }
  return entries;
}

function placeOf(bytes: Uint8Array<ArrayBuffer>, at: number, blockBytes: number): Place {
  const view = new DataView(bytes.buffer);
  const block = view.getUint32(at + RECORD.block, true) + (bytes[at + RECORD.attributeBlocks] ?? 0);
  return { from: block * blockBytes, bytes: view.getUint32(at + RECORD.bytes, true) };
}

/** Without the version (";1") and the dot of a name that has no ending. */
function nameOf(raw: Uint8Array, isJoliet: boolean): string {
  return new TextDecoder(isJoliet ? 'utf-16be' : 'windows-1252').decode(raw).replace(/;\d+$/, '').replace(/\.$/, '');
}

async function bytesAt(blob: Blob, { from, bytes }: Place): Promise<Uint8Array<ArrayBuffer>> {
  if (from + bytes > blob.size) throw new BrokenImage('The image ends early.');
  return new Uint8Array(await blob.slice(from, from + bytes).arrayBuffer());
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
