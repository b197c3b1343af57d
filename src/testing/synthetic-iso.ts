/** Disc images in ISO 9660 (ECMA-119) as tests need them: one tree, plain or Joliet names, a sector for each folder's records. */

export const SECTOR_BYTES = 2048;
const FIRST_DESCRIPTOR = 16;
const RECORD_BYTES = 33;

export type IsoFile = { readonly path: string; readonly bytes: Uint8Array };
export type IsoOptions = {
  readonly files: readonly IsoFile[];
  /** Default true: a supplementary volume with UCS-2 names beside a primary one whose root is empty. */
  readonly isJoliet?: boolean;
  /** Each file in parts of this many bytes at most, each at the start of a sector. */
  readonly extentBytes?: number;
  /** The deepest folders hold the root again, under another name. */
  readonly isLooped?: boolean;
};

type Folder = { readonly name: string; readonly folders: Folder[]; readonly files: IsoFile[]; sector: number };
type Bytes = Uint8Array<ArrayBuffer>;

export function writeIso({ files, isJoliet = true, extentBytes = Number.MAX_SAFE_INTEGER, isLooped = false }: IsoOptions): Bytes {
  const root = treeOf(files);
  const folders = flat(root);
  const firstFolder = FIRST_DESCRIPTOR + 3;
  folders.forEach((folder, n) => { folder.sector = firstFolder + n; });
  const emptyRoot = firstFolder + folders.length;
  const sectors = new Map<number, Uint8Array>();
  let next = emptyRoot + 1;
  const recordsOf = (file: IsoFile): Bytes[] => {
    const records: Bytes[] = [];
    for (let from = 0; from < file.bytes.length; from += extentBytes) {
      const part = file.bytes.subarray(from, from + extentBytes);
      const goesOn = from + part.length < file.bytes.length;
      records.push(record(encode(leafOf(file.path), isJoliet, ';1'), next, part.length, goesOn ? 0x80 : 0));
      sectors.set(next, part);
      next += Math.ceil(part.length / SECTOR_BYTES);
    }
    return records;
  };
  for (const folder of folders) {
    const own = [record(Uint8Array.of(0), folder.sector, SECTOR_BYTES, 2), record(Uint8Array.of(1), root.sector, SECTOR_BYTES, 2)];
    const down = folder.folders.map((child) => record(encode(child.name, isJoliet), child.sector, SECTOR_BYTES, 2));
    const loop = isLooped && folder.folders.length === 0 ? [record(encode('AGAIN', isJoliet), root.sector, SECTOR_BYTES, 2)] : [];
    sectors.set(folder.sector, joined([...own, ...down, ...loop, ...folder.files.flatMap(recordsOf)]));
  }
  sectors.set(emptyRoot, joined([record(Uint8Array.of(0), emptyRoot, SECTOR_BYTES, 2), record(Uint8Array.of(1), emptyRoot, SECTOR_BYTES, 2)]));
  sectors.set(FIRST_DESCRIPTOR, descriptor(1, isJoliet ? emptyRoot : root.sector, ''));
  // Without Joliet a second primary descriptor stands in its place: ECMA-119 allows copies.
  sectors.set(FIRST_DESCRIPTOR + 1, isJoliet ? descriptor(2, root.sector, '%/E') : descriptor(1, root.sector, ''));
  sectors.set(FIRST_DESCRIPTOR + 2, descriptor(255, 0, ''));
  const image = new Uint8Array(next * SECTOR_BYTES);
  for (const [sector, bytes] of sectors) image.set(bytes, sector * SECTOR_BYTES);
  return image;
}

function treeOf(files: readonly IsoFile[]): Folder {
  const root: Folder = { name: '', folders: [], files: [], sector: 0 };
  for (const file of files) {
    let folder = root;
    for (const name of file.path.split('/').slice(0, -1)) {
      const known = folder.folders.find((one) => one.name === name);
      const child = known ?? { name, folders: [], files: [], sector: 0 };
      if (known === undefined) folder.folders.push(child);
      folder = child;
    }
    folder.files.push(file);
  }
  return root;
}

function flat(folder: Folder): Folder[] {
  return [folder, ...folder.folders.flatMap(flat)];
}

function descriptor(kind: number, rootSector: number, escapes: string): Bytes {
  const bytes = new Uint8Array(SECTOR_BYTES);
  bytes[0] = kind;
  bytes.set(new TextEncoder().encode('CD001'), 1);
  bytes[6] = 1;
  bytes.set(new TextEncoder().encode(escapes), 88);
  new DataView(bytes.buffer).setUint16(128, SECTOR_BYTES, true);
  bytes.set(record(Uint8Array.of(0), rootSector, SECTOR_BYTES, 2), 156);
  return bytes;
}

function record(name: Uint8Array, sector: number, length: number, flags: number): Bytes {
  const size = RECORD_BYTES + name.length;
  const bytes = new Uint8Array(size + (size % 2));
  const view = new DataView(bytes.buffer);
  bytes[0] = bytes.length;
  // Both byte orders, as ECMA-119 has its numbers.
  view.setUint32(2, sector, true);
  view.setUint32(6, sector, false);
  view.setUint32(10, length, true);
  view.setUint32(14, length, false);
  bytes[25] = flags;
  bytes[32] = name.length;
  bytes.set(name, RECORD_BYTES);
  return bytes;
}

/** UCS-2 in Joliet; else the ASCII half, as programs that write discs do. */
function encode(name: string, isJoliet: boolean, version = ''): Bytes {
  const text = name + version;
  if (!isJoliet) return new TextEncoder().encode(text.replaceAll(/[^\x20-\x7e]/g, '_'));
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < text.length; n += 1) view.setUint16(2 * n, text.charCodeAt(n), false);
  return bytes;
}

function leafOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(SECTOR_BYTES);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
