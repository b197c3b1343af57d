import { describe, expect, test } from 'vitest';
import { readDropped } from './read-dropped.ts';

// Stand-ins for the browser's FileSystemEntry: Node has none, and a browser cannot make them from script.
function fileEntry(name: string): unknown {
  return { isFile: true, isDirectory: false, name, file: (done: (file: File) => void) => done(new File(['x'], name)) };
}

function goneEntry(name: string): unknown {
  return { isFile: true, isDirectory: false, name, file: (_: unknown, failed: () => void) => failed() };
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

  test('should keep an empty folder and leave out a file that vanished', async () => {
    const found = await readDropped(drop([folderEntry('study', [folderEntry('empty', []), goneEntry('gone.dcm')])]));
    expect(found).toEqual([{ name: 'study/empty', blob: null }]);
  });

  test('should take the file where the browser gives no entry', async () => {
    expect((await readDropped(drop([null]))).map((entry) => entry.name)).toEqual(['plain.dcm']);
  });
});
