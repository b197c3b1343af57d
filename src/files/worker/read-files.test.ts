import { describe, expect, test } from 'vitest';
import { writeDataset, writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
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

  test('should leave aside a results file of a size that none has, unread, and read the others', async () => {
    const large = entry('large.osteolens.json', new Uint8Array(8_000_001).fill(0x20));
    const { series, others, problems } = await open([large, entry('small.osteolens.json', '{}'), ...stackEntries()]);
    expect([series.length, others.map(({ name }) => name)]).toEqual([1, ['small.osteolens.json']]);
    expect(problems.map(({ code }) => code)).toEqual(['picks-too-large']);
  });

  test('should take a network out of what was dropped, and read the study beside it', async () => {
    const network = ['manifest.json', 'model.onnx', 'golden.bin', 'model-card.md'].map((name) => entry(`net/${name}`, name));
    const both = await open([...stackEntries('ct/'), ...network]);
    expect(both.models.map(({ name, files }) => [name, [...files.keys()]])).toEqual([['net', ['manifest.json', 'model.onnx', 'golden.bin', 'model-card.md']]]);
    expect(both.series).toHaveLength(1);
    expect(both.problems).toEqual([]);
    const alone = await open(network);
    expect(alone.models).toHaveLength(1);
    expect([alone.series, alone.problems]).toEqual([[], []]);
  });

  test('should open all that lies on a disc whose directory is stale: it names a file that is gone and none that are there', async () => {
    const stale = writeDataset({
      SOPClassUID: '1.2.840.10008.1.3.10',
      SOPInstanceUID: '1.2.3',
      FileSetID: 'OLD',
      DirectoryRecordSequence: [{ DirectoryRecordType: 'IMAGE', ReferencedFileID: ['DICOM', 'GONE'], ReferencedSOPInstanceUIDInFile: '1.2.3.4' }],
    });
    const { series, problems } = await open([entry('DICOMDIR', stale), ...stackEntries('DICOM/')]);
    expect(series.map(({ grid }) => grid?.sizeVox)).toEqual([[9, 7, 12]]);
    expect(problems.map(({ code }) => code)).toEqual(['dicomdir']);
  });

  test('should say one sentence for each kind of clutter', async () => {
    const opened = await open([
      ...stackEntries(), entry('.DS_Store', 'x'), entry('a/Thumbs.db', 'x'), entry('README', 'x'), entry('a.pdf', 'x'), entry('photo.JPG', 'x'),
      entry('brain.nii.gz', 'x'), entry('old.rar', 'Rar!\u001A\u0007\u0000'), entry('empty.dcm'), entry('random.bin', new Uint8Array(300)), { name: 'nothing', blob: null },
      entry('cut.dcm', stack[0]?.bytes.slice(0, 700) ?? ''), entry('letter.docx', 'PK\u0003\u0004 and more than twenty-two bytes'),
    ]);
    expect(codes(opened)).toEqual([
      ['system-file', 2], ['text-file', 3], ['picture-file', 1], ['other-archive', 1], ['empty-file', 1], ['empty-folder', 1], ['nifti-broken', 1], ['not-dicom', 1], ['broken-dicom', 1],
    ]);
    expect(opened.series).toHaveLength(1);
  });

  test('should hand on results, centroid and calibration files with their text', async () => {
    const opened = await open([entry('p/one.osteolens.json', '{"a":1}'), entry('sub-verse004_ctd.json', '[]'), entry('p/osteolens-calibration-CT-1-100-kvp.json', '{}')]);
    expect(opened.others).toEqual([
      { kind: 'results', name: 'p/one.osteolens.json', text: '{"a":1}' },
      { kind: 'centroids', name: 'sub-verse004_ctd.json', text: '[]' },
      { kind: 'calibration', name: 'p/osteolens-calibration-CT-1-100-kvp.json', text: '{}' },
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
    // As Chromium gives one that is gone: empty, until it is read.
    const seeminglyEmpty = new File([], 'series/gone-too.dcm');
    seeminglyEmpty.arrayBuffer = () => Promise.reject(new DOMException('A requested file could not be found.', 'NotFoundError'));
    const opened = await open([{ name: 'gone.dcm', blob: gone }, { name: 'gone-too.dcm', blob: seeminglyEmpty }, entry('empty.dcm'), ...stackEntries()]);
    expect(codes(opened)).toEqual([['unreadable-file', 2], ['empty-file', 1]]);
    expect(opened.series).toHaveLength(1);
  });

  test('should tell of files and folders that could not be had from the disk, and read the rest', async () => {
    const opened = await open([{ name: 'a/gone.dcm', blob: null, lack: 'unreadable-file' }, { name: 'b', blob: null, lack: 'unreadable-folder' }, ...stackEntries()]);
    expect(opened.problems.map(({ sentence }) => sentence)).toEqual([
      'a/gone.dcm could not be read from the disk; check that it is still there and drop it again.',
      'b could not be listed to the end; check that the folder is still there and drop it again.',
    ]);
    expect(opened.series[0]?.slices).toHaveLength(12);
  });

  test('should open the slices that are not empty, and say which are', async () => {
    const holed = stackEntries().map((one, k) => (k === 11 ? entry(one.name) : one));
    const opened = await open(holed);
    expect(opened.problems.map(({ code, fileNames }) => [code, fileNames])).toEqual([['empty-file', ['IM0012.dcm']]]);
    expect(opened.series[0]?.grid?.sizeVox).toEqual([9, 7, 11]);
  });

  test.each([
    ['names other files', writeDataset({ _meta: { MediaStorageSOPClassUID: { Value: ['1.2.840.10008.1.3.10'], vr: 'UI' }, TransferSyntaxUID: { Value: ['1.2.840.10008.1.2.1'], vr: 'UI' } }, DirectoryRecordSequence: [{ DirectoryRecordType: 'IMAGE', ReferencedFileID: ['GONE', 'IM9'] }] })],
    ['is damaged', new Uint8Array(400)],
    ['is missing', null],
  ])('should open a disc whose DICOMDIR %s', async (_what, dicomdir) => {
    const disc = [...(dicomdir === null ? [] : [entry('DICOMDIR', dicomdir)]), ...stack.map(({ bytes }, k) => entry(`IMAGES/SE1/I${k}`, bytes))];
    const opened = await open(disc);
    expect(opened.series[0]?.grid?.sizeVox).toEqual([9, 7, 12]);
    expect(codes(opened)).toEqual(dicomdir === null ? [] : [['dicomdir', 1]]);
  });

  test('should sum up ten thousand other files in one sentence', async () => {
    const clutter = Array.from({ length: 10_000 }, (_none, n) => entry(`notes/${n}.txt`, `note ${n}`));
    const opened = await open([...clutter, ...stackEntries()]);
    expect(opened.problems.map(({ sentence }) => sentence)).toEqual(['10000 files (notes/0.txt, notes/1.txt, notes/2.txt and 9997 more) are documents and were left aside.']);
    expect(opened.series).toHaveLength(1);
  }, 20_000);

  test('should report progress up to the last file', async () => {
    const events: OpenProgress[] = [];
    await readFiles(stackEntries(), (progress) => events.push(progress));
    expect(events.at(-1)).toEqual({ kind: 'reading', done: 12, total: 12 });
  });
});
