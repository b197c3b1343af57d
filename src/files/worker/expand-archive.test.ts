import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { packTar } from 'modern-tar';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { writeNifti } from '#src/testing/synthetic-nifti.ts';
import type { FileEntry, OpenProgress } from '../file-entry.ts';
import type { ReadFiles } from '../messages.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './archive-limits.ts';
import { readFiles } from './read-files.ts';

const stack = writeSyntheticCt();

type Bytes = Uint8Array<ArrayBuffer>;
type Member = { readonly name: string; readonly bytes: Bytes };

function entry(name: string, ...parts: BlobPart[]): FileEntry {
  return { name, blob: new File(parts, name) };
}

function open(entries: readonly FileEntry[], limits: Partial<ArchiveLimits> = {}): Promise<ReadFiles> {
  return readFiles(entries, () => undefined, { ...ARCHIVE_LIMITS, ...limits });
}

function codes({ problems }: ReadFiles): [string, number][] {
  return problems.map((problem) => [problem.code, problem.fileNames.length]);
}

async function zip(name: string, members: readonly Member[], options: { password?: string; zip64?: boolean; level?: number } = {}): Promise<FileEntry> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const member of members) await writer.add(member.name, new Uint8ArrayReader(member.bytes));
  return entry(name, await writer.close());
}

async function bytesOf({ blob }: FileEntry): Promise<Bytes> {
  return new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
}

function gzip(bytes: Uint8Array): Bytes {
  return new Uint8Array(gzipSync(bytes));
}

async function tar(members: readonly Member[]): Promise<Bytes> {
  return packTar(members.map(({ name, bytes }) => ({ header: { name, size: bytes.length, type: 'file' }, body: bytes })));
}

describe('zip archives', () => {
  const members = stack.map(({ name, bytes }) => ({ name: `study/series/${name}`, bytes }));

  test('should be unpacked with their folders and read like files', async () => {
    const events: OpenProgress[] = [];
    const { series, problems } = await readFiles([await zip('ct.zip', members)], (progress) => events.push(progress));
    expect(problems).toEqual([]);
    expect(series[0]?.grid?.sizeVox).toEqual([9, 7, 12]);
    expect(series[0]?.slices[0]?.fileName).toBe('ct.zip/study/series/IM0001.dcm');
    expect(events.findLast((event) => event.kind === 'unpacking')).toEqual({ kind: 'unpacking', archive: 'ct.zip', done: 12, total: 12 });
  });

  test('should be read whatever places their members name, which are only names', async () => {
    const places = ['../../etc/', '/root/', 'C:\\export\\', 'a//./'];
    const { series, problems } = await open([await zip('ct.zip', members.map(({ bytes }, k) => ({ name: `${places[k % 4]}${k}.dcm`, bytes })))]);
    expect(problems).toEqual([]);
    expect(series.map(({ slices }) => slices.length)).toEqual([12]);
    expect(series[0]?.slices[0]?.fileName).toBe('ct.zip/../../etc/0.dcm');
  });

  test('should be recognised by content, not by name', async () => {
    const renamed = await zip('export.dat', members);
    expect((await open([renamed])).series).toHaveLength(1);
  });

  test('should be refused in words when encrypted, damaged or empty', async () => {
    expect(codes(await open([await zip('secret.zip', members, { password: 'x' })]))).toEqual([['no-ct', 0], ['encrypted-zip', 1]]);
    const whole = await zip('cut.zip', members);
    const cut = entry('cut.zip', whole.blob?.slice(0, 2000) ?? '');
    expect(codes(await open([cut]))).toEqual([['no-ct', 0], ['broken-archive', 1]]);
    expect(codes(await open([await zip('empty.zip', [])]))).toEqual([['no-ct', 0], ['empty-folder', 1]]);
  });

  test('should lose only the damaged member', async () => {
    const whole = await zip('ct.zip', members);
    const bytes = new Uint8Array((await whole.blob?.arrayBuffer()) ?? new ArrayBuffer(0));
    bytes.fill(0x55, 200, 260);
    const opened = await open([entry('ct.zip', bytes)]);
    expect(codes(opened)).toEqual([['broken-zip-member', 1]]);
    expect(opened.series[0]?.slices).toHaveLength(11);
  });

  test('should carry text members too', async () => {
    const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    await writer.add('case.osteolens.json', new TextReader('{}'));
    expect((await open([entry('a.zip', await writer.close())])).others).toMatchObject([{ kind: 'results', text: '{}' }]);
  });

  test('should be read in the zip64 form', async () => {
    const wide = await zip('wide.zip', members, { zip64: true });
    const { series, problems } = await open([wide]);
    expect(problems).toEqual([]);
    expect(series[0]?.grid?.sizeVox).toEqual([9, 7, 12]);
    // The end of a zip64 archive has a record of its own: PK 06 06.
    expect(Buffer.from(await bytesOf(wide)).includes(Buffer.from([0x50, 0x4b, 6, 6]))).toBe(true);
  });

  test('should be read inside another one, and told where they lie too deep', async () => {
    const inner = { name: 'a/inner.zip', bytes: await bytesOf(await zip('inner.zip', members)) };
    const outer = await zip('outer.zip', [inner]);
    const opened = await open([outer]);
    expect(opened.problems).toEqual([]);
    expect(opened.series[0]?.slices[0]?.fileName).toBe('outer.zip/a/inner.zip/study/series/IM0001.dcm');
    const notes = { name: 'notes.txt', bytes: new Uint8Array([65]) };
    const deep = await open([await zip('deep.zip', [inner, notes])], { depth: 1 });
    expect(codes(deep)).toEqual([['no-ct', 0], ['archive-too-deep', 1], ['text-file', 1]]);
  });

  test('should lose a member that lies about its size, larger or smaller', async () => {
    for (const lie of [-1, 1, 100_000]) {
      const bytes = await bytesOf(await zip('ct.zip', members));
      const view = new DataView(bytes.buffer);
      // Central directory: PK 01 02, the uncompressed size 24 bytes behind its start.
      const at = Buffer.from(bytes).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
      view.setUint32(at + 24, view.getUint32(at + 24, true) + lie, true);
      const opened = await open([entry('ct.zip', bytes)]);
      expect(codes(opened), `a lie of ${lie} bytes`).toEqual([['broken-zip-member', 1]]);
      expect(opened.series[0]?.slices).toHaveLength(11);
    }
  });

  test('should name a member that is compressed in another way', async () => {
    const bytes = Buffer.from(await bytesOf(await zip('ct.zip', members)));
    // Compression method: 8 bytes behind a local header, 10 behind its place in the directory. 14 is LZMA.
    bytes.writeUInt16LE(14, 8);
    bytes.writeUInt16LE(14, bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 10);
    const opened = await open([entry('ct.zip', new Uint8Array(bytes))]);
    expect(opened.problems.map(({ code, fileNames }) => [code, fileNames])).toEqual([['foreign-zip-member', ['ct.zip/study/series/IM0001.dcm']]]);
    expect(opened.series[0]?.slices).toHaveLength(11);
  });

  test('should be told once when it goes away while it is unpacked', async () => {
    const whole = await zip('ct.zip', members);
    const bytes = await bytesOf(whole);
    const gone = new File([bytes], 'ct.zip');
    let reads = 0;
    const slice = gone.slice.bind(gone);
    gone.slice = (...range) => {
      reads += 1;
      if (reads > 8) throw new DOMException('A requested file could not be read.', 'NotReadableError');
      return slice(...range);
    };
    const opened = await open([{ name: 'ct.zip', blob: gone }, entry('IM.dcm', stack[0]?.bytes ?? '')]);
    expect(opened.problems.find(({ code }) => code === 'unreadable-file')?.fileNames).toEqual(['ct.zip']);
    expect(opened.problems.map(({ code }) => code)).not.toContain('broken-zip-member');
  });
});

describe('gzip and tar', () => {
  const members = stack.map(({ name, bytes }) => ({ name: `study/${name}`, bytes }));

  test('should open gzipped DICOM and NIfTI as the files themselves', async () => {
    const { series, problems } = await open([...stack.map(({ name, bytes }) => entry(`${name}.gz`, gzip(bytes))), entry('ct.nii.gz', gzip(writeNifti()))]);
    expect(problems).toEqual([]);
    expect(series.map((one) => one.grid?.sizeVox)).toEqual([[9, 7, 12], [9, 7, 12]]);
    expect(new Set(series.map((one) => one.slices[0]?.fileName))).toEqual(new Set(['IM0001.dcm.gz', 'ct.nii.gz']));
    const plain = await open([entry('ct.nii', writeNifti())]);
    expect(series.map((one) => one.seriesInstanceUid)).toContain(plain.series[0]?.seriesInstanceUid);
  });

  test('should open a tar and a tar.gz with their folders', async () => {
    const bytes = await tar(members);
    for (const [name, content] of [['ct.tar', bytes], ['ct.tar.gz', gzip(bytes)]] as const) {
      const { series, problems } = await open([entry(name, content)]);
      expect(problems).toEqual([]);
      expect(series[0]?.grid?.sizeVox).toEqual([9, 7, 12]);
      expect(series[0]?.slices[0]?.fileName).toBe(`${name}/study/IM0001.dcm`);
    }
  });

  test('should be refused in words when cut off or damaged, keeping what a tar gave before', async () => {
    const whole = gzip(stack[0]?.bytes ?? new Uint8Array());
    expect(codes(await open([entry('a.dcm.gz', whole.slice(0, 300))]))).toEqual([['no-ct', 0], ['broken-archive', 1]]);
    const damaged = whole.slice();
    damaged.fill(0x55, 100, 200);
    expect(codes(await open([entry('a.dcm.gz', damaged)]))).toEqual([['no-ct', 0], ['broken-archive', 1]]);
    const cut = await open([entry('ct.tar', (await tar(members)).slice(0, 15_000))]);
    expect(codes(cut)).toEqual([['broken-archive', 1]]);
    expect(cut.series[0]?.slices.length).toBeGreaterThan(3);
    expect(cut.series[0]?.slices.length).toBeLessThan(12);
  });
});

describe('archive limits', () => {
  const ct = stack.map(({ name, bytes }) => entry(name, bytes));
  const MEGABYTE = 1024 * 1024;

  test('should stop a bomb before it unfolds, and open the rest', async () => {
    const bomb = await zip('bomb.zip', [{ name: 'a.dcm', bytes: new Uint8Array(4 * MEGABYTE) }], { level: 9 });
    expect(bomb.blob?.size).toBeLessThan(10_000);
    const opened = await open([bomb, ...ct], { ratioFromBytes: MEGABYTE });
    expect(codes(opened)).toEqual([['archive-bomb', 1]]);
    expect(opened.series[0]?.slices).toHaveLength(12);
  });

  test('should stop a gzip bomb while it unfolds: gzip states no size', async () => {
    const bomb = entry('bomb.gz', gzip(new Uint8Array(8 * MEGABYTE)));
    expect(codes(await open([bomb, ...ct], { ratioFromBytes: MEGABYTE }))).toEqual([['archive-bomb', 1]]);
  });

  test('should take the ratio of archives inside each other against the file that was dropped', async () => {
    // Each layer alone stays below 200 to 1, both together do not.
    const inner = await bytesOf(await zip('inner.zip', [{ name: 'a', bytes: new Uint8Array(4 * MEGABYTE) }], { level: 9 }));
    const copies = Array.from({ length: 100 }, (_none, n) => ({ name: `${n}.zip`, bytes: inner }));
    const outer = await bytesOf(await zip('outer.zip', copies, { level: 9 }));
    const limits = { ratioFromBytes: 16 * MEGABYTE };
    expect(codes(await open([entry('inner.zip', inner)], limits)).map(([code]) => code)).not.toContain('archive-bomb');
    expect(codes(await open([entry('outer.zip', outer)], limits))).toEqual([['no-ct', 0], ['archive-bomb', 1]]);
  });

  test('should leave small files of one value alone, whatever their ratio', async () => {
    const blank = await zip('blank.zip', [{ name: 'a.bin', bytes: new Uint8Array(4 * MEGABYTE) }], { level: 9 });
    expect(codes(await open([blank]))).toEqual([['no-ct', 0], ['not-dicom', 1]]);
  });

  test('should share the total among all archives and give back what a refused one took', async () => {
    const large = await zip('large.zip', [{ name: 'a.bin', bytes: new Uint8Array(2 * MEGABYTE) }]);
    const small = await zip('small.zip', stack.map(({ name, bytes }) => ({ name, bytes })));
    const opened = await open([large, small], { expandedBytes: MEGABYTE });
    expect(codes(opened)).toEqual([['archive-too-large', 1]]);
    expect(opened.series[0]?.slices).toHaveLength(12);
    const expandedBytes = stack.reduce((sum, { bytes }) => sum + bytes.length, 999);
    const again = await open([small, await zip('again.zip', [{ name: 'a.bin', bytes: new Uint8Array(1000) }])], { expandedBytes });
    expect(again.problems.map(({ code, fileNames }) => [code, fileNames])).toEqual([['archive-too-large', ['again.zip']]]);
    expect(again.series[0]?.slices).toHaveLength(12);
  });

  test('should stop at too many members', async () => {
    const many = await zip('many.zip', Array.from({ length: 30 }, (_none, n) => ({ name: `${n}.txt`, bytes: new Uint8Array([65]) })));
    expect(codes(await open([many, ...ct], { members: 29 }))).toEqual([['archive-too-many', 1]]);
    expect(codes(await open([many, ...ct], { members: 30 }))).toEqual([['text-file', 30]]);
  });
});
