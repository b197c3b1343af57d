import { describe, expect, test } from 'vitest';
import { readDropped } from './read-dropped.ts';

// Stand-ins for the browser's FileSystemEntry: Node has none, and a browser cannot make them from script.
function fileEntry(name: string, ticks = 0): unknown {
  const answer = (done: (file: File) => void, left: number): void => {
    if (left === 0) done(new File(['x'], name));
    else queueMicrotask(() => answer(done, left - 1));
  };
  return { isFile: true, isDirectory: false, name, file: (done: (file: File) => void) => answer(done, ticks) };
}

function goneEntry(name: string): unknown {
  return { isFile: true, isDirectory: false, name, file: (_: unknown, failed: () => void) => failed() };
}

/** Hands out one file and then fails, as a folder does that is removed or on a disk that is pulled. */
function removedFolder(name: string): unknown {
  let isAsked = false;
  const readEntries = (done: (entries: readonly unknown[]) => void, failed: () => void): void => {
    if (isAsked) failed();
    else done([fileEntry('1.dcm')]);
    isAsked = true;
  };
  return { isFile: false, isDirectory: true, name, createReader: () => ({ readEntries }) };
}

/** Hands out its children in batches, as Chromium does with 100. */
function folderEntry(name: string, children: readonly unknown[], batch = 2): unknown {
  return {
    isFile: false,
    isDirectory: true,
    name,
    createReader: () => {
      let at = 0;
      return {
        readEntries: (done: (entries: readonly unknown[]) => void) => {
          done(children.slice(at, at + batch));
          at += batch;
        },
      };
    },
  };
}

function drop(entries: readonly unknown[]): DataTransfer {
  const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => new File(['x'], 'plain.dcm') }));
  return { items: [...items, { kind: 'string' }] } as unknown as DataTransfer;
}

describe('readDropped', () => {
  test('should find all files of nested folders, beyond the first batch', async () => {
    const series = folderEntry('series', ['1', '2', '3', '4', '5'].map((name) => fileEntry(`${name}.dcm`)));
    const found = await readDropped(drop([folderEntry('study', [series, fileEntry('DICOMDIR')]), fileEntry('one.dcm')]));
    expect(found.map((entry) => entry.name)).toEqual([
      'study/series/1.dcm', 'study/series/2.dcm', 'study/series/3.dcm', 'study/series/4.dcm', 'study/series/5.dcm', 'study/DICOMDIR', 'one.dcm',
    ]);
  });

  test('should name an empty folder, a file that vanished and a folder that was removed while it was listed', async () => {
    const found = await readDropped(drop([folderEntry('study', [folderEntry('empty', []), goneEntry('gone.dcm'), removedFolder('removed')])]));
    expect(found).toEqual([
      { name: 'study/empty', blob: null },
      { name: 'study/gone.dcm', blob: null, lack: 'unreadable-file' },
      { name: 'study/removed', blob: null, lack: 'unreadable-folder' },
      expect.objectContaining({ name: 'study/removed/1.dcm' }),
    ]);
  });

  test('should list a folder of 10,000 files in the order of the folder', async () => {
    const names = Array.from({ length: 10_000 }, (_none, n) => `${n}.txt`);
    const found = await readDropped(drop([folderEntry('many', names.map((name, n) => fileEntry(name, n % 3)), 100)]));
    expect(found.map(({ name }) => name)).toEqual(names.map((name) => `many/${name}`));
  });

  test('should take the file where the browser gives no entry', async () => {
    expect((await readDropped(drop([null]))).map((entry) => entry.name)).toEqual(['plain.dcm']);
  });
});
