import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { describe, expect, test } from 'vitest';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import type { FileEntry, OpenProgress } from '../file-entry.ts';
import type { ReadFiles } from '../messages.ts';
import { readFiles } from './read-files.ts';

const stack = writeSyntheticCt();

function entry(name: string, ...parts: BlobPart[]): FileEntry {
  return { name, blob: new File(parts, name) };
}

function stackEntries(folder = ''): FileEntry[] {
  return stack.map(({ name, bytes }) => entry(`${folder}${name}`, bytes));
}

function open(entries: readonly FileEntry[]): Promise<ReadFiles> {
  return readFiles(entries, () => undefined);
}

function codes({ problems }: ReadFiles): [string, number][] {
  return problems.map((problem) => [problem.code, problem.fileNames.length]);
}

type Member = { readonly name: string; readonly bytes: Uint8Array };

async function zip(name: string, members: readonly Member[], options: { password?: string } = {}): Promise<FileEntry> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const member of members) await writer.add(member.name, new Uint8ArrayReader(member.bytes));
  return entry(name, await writer.close());
}

describe('readFiles', () => {
  test('should number files by their place in the drop and hand back their bytes', async () => {
    const { series, blobs, problems } = await open([entry('notes.txt', 'hello'), ...stackEntries('ct/')]);
    expect(series).toHaveLength(1);
    const slice = series[0]?.slices[4];
    expect(slice?.fileName).toBe('ct/IM0005.dcm');
    const bytes = new Uint8Array((await blobs[slice?.fileId ?? -1]?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(bytes).toEqual(stack[4]?.bytes);
    expect(problems.map((problem) => problem.sentence)).toEqual(['notes.txt is a document and was left aside.']);
  });

  test('should say one sentence for each kind of clutter', async () => {
    const opened = await open([
      ...stackEntries(), entry('.DS_Store', 'x'), entry('a/Thumbs.db', 'x'), entry('README', 'x'), entry('a.pdf', 'x'), entry('photo.JPG', 'x'),
      entry('brain.nii.gz', 'x'), entry('empty.dcm'), entry('random.bin', new Uint8Array(300)), { name: 'nothing', blob: null },
      entry('cut.dcm', stack[0]?.bytes.slice(0, 700) ?? ''), entry('letter.docx', 'PK\u0003\u0004 and more than twenty-two bytes'),
    ]);
    expect(codes(opened)).toEqual([
      ['empty-folder', 1], ['system-file', 2], ['text-file', 3], ['picture-file', 1], ['nifti', 1], ['empty-file', 1], ['not-dicom', 1], ['broken-dicom', 1],
    ]);
    expect(opened.series).toHaveLength(1);
  });

  test('should hand on results and centroid files with their text', async () => {
    const opened = await open([entry('p/one.osteolens.json', '{"a":1}'), entry('sub-verse004_ctd.json', '[]')]);
    expect(opened.others).toEqual([
      { kind: 'results', name: 'p/one.osteolens.json', text: '{"a":1}' },
      { kind: 'centroids', name: 'sub-verse004_ctd.json', text: '[]' },
    ]);
    expect(opened.problems).toEqual([]);
  });

  test('should say when nothing was dropped and when there is no CT', async () => {
    expect(codes(await open([]))).toEqual([['nothing-dropped', 0]]);
    expect(codes(await open([entry('a.txt', 'x')]))).toEqual([['no-ct', 0], ['text-file', 1]]);
    const mr = writeSyntheticCt({ modality: 'MR' }).map(({ name, bytes }) => entry(name, bytes));
    expect(codes(await open(mr))).toEqual([['no-ct', 0]]);
  });

  test('should read past a header that is longer than the first read', async () => {
    const icons = [{ ImageComments: 'y'.repeat(40000) }, { ImageComments: 'z'.repeat(40000) }];
    const long = writeSyntheticCt({ change: () => ({ IconImageSequence: icons }) });
    expect(long[0]?.bytes.length).toBeGreaterThan(65536);
    const { series } = await open(long.map(({ name, bytes }) => entry(name, bytes)));
    expect(series[0]?.grid?.sizeVox).toEqual([9, 7, 12]);
  });

  test('should mend a file without preamble so that its Blob is DICOM Part 10', async () => {
    const { series, blobs } = await open(stack.map(({ name, bytes }) => entry(name, bytes.slice(132))));
    expect(series[0]?.grid?.sizeVox).toEqual([9, 7, 12]);
    const mended = new Uint8Array((await blobs[0]?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(mended).toEqual(stack[0]?.bytes);
  });

  test('should tell of a file that vanished and read the rest', async () => {
    const gone = new File(['x'], 'gone.dcm');
    gone.slice = () => {
      throw new DOMException('A requested file could not be read.', 'NotReadableError');
    };
    const opened = await open([{ name: 'gone.dcm', blob: gone }, ...stackEntries()]);
    expect(codes(opened)).toEqual([['unreadable-file', 1]]);
    expect(opened.series).toHaveLength(1);
  });

  test('should report progress up to the last file', async () => {
    const events: OpenProgress[] = [];
    await readFiles(stackEntries(), (progress) => events.push(progress));
    expect(events.at(-1)).toEqual({ kind: 'reading', done: 12, total: 12 });
  });
});

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

  test('should be recognised by content, not by name', async () => {
    const renamed = await zip('export.dat', members);
    expect((await open([renamed])).series).toHaveLength(1);
  });

  test('should not be opened inside another one', async () => {
    const inner = await zip('inner.zip', members);
    const bytes = new Uint8Array((await inner.blob?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(codes(await open([await zip('outer.zip', [{ name: 'inner.zip', bytes }])]))).toEqual([['no-ct', 0], ['zip-in-zip', 1]]);
  });

  test('should be refused in words when encrypted, damaged or empty', async () => {
    expect(codes(await open([await zip('secret.zip', members, { password: 'x' })]))).toEqual([['no-ct', 0], ['encrypted-zip', 1]]);
    const whole = await zip('cut.zip', members);
    const cut = entry('cut.zip', whole.blob?.slice(0, 2000) ?? '');
    expect(codes(await open([cut]))).toEqual([['no-ct', 0], ['broken-zip', 1]]);
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
});
