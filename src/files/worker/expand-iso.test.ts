import { describe, expect, test } from 'vitest';
import { writeSyntheticCt } from '#src/testing/synthetic-dicom.ts';
import { SECTOR_BYTES, writeIso, type IsoOptions } from '#src/testing/synthetic-iso.ts';
import type { FileEntry } from '../file-entry.ts';
import type { ReadFiles } from '../messages.ts';
import { ARCHIVE_LIMITS } from './archive-limits.ts';
import { readFiles } from './read-files.ts';

const stack = writeSyntheticCt();
const disc = stack.map(({ bytes }, k) => ({ path: `DICOM/SERIES é/IM${k}`, bytes }));

function iso(options: Partial<IsoOptions> = {}): Uint8Array<ArrayBuffer> {
  return writeIso({ files: disc, ...options });
}

function open(...parts: BlobPart[]): Promise<ReadFiles> {
  const entries: FileEntry[] = [{ name: 'disc.iso', blob: new File(parts, 'disc.iso') }];
  return readFiles(entries, () => undefined, ARCHIVE_LIMITS);
}

function codes({ problems }: ReadFiles): [string, number][] {
  return problems.map((problem) => [problem.code, problem.fileNames.length]);
}

describe('images of discs', () => {
  test.each([true, false])('should be read with their folders like files (Joliet names: %s)', async (isJoliet) => {
    const opened = await open(iso({ isJoliet }));
    expect(opened.problems).toEqual([]);
    expect(opened.series.map(({ grid }) => grid?.sizeVox)).toEqual([[9, 7, 12]]);
    expect(opened.series[0]?.slices[0]?.fileName).toBe(isJoliet ? 'disc.iso/DICOM/SERIES é/IM0' : 'disc.iso/DICOM/SERIES _/IM0');
    const bytes = await opened.blobs[opened.series[0]?.slices[3]?.fileId ?? -1]?.arrayBuffer();
    expect(Buffer.from(bytes ?? new ArrayBuffer(0)).equals(stack[3]?.bytes ?? new Uint8Array())).toBe(true);
  });

  test('should put a file together that lies in several places', async () => {
    const opened = await open(iso({ extentBytes: SECTOR_BYTES / 2 }));
    expect(opened.problems).toEqual([]);
    expect(opened.series[0]?.grid?.sizeVox).toEqual([9, 7, 12]);
  });

  test('should lose what lies behind the end of an image that was cut off', async () => {
    const whole = iso();
    const opened = await open(whole.subarray(0, whole.length - 2 * SECTOR_BYTES));
    expect(codes(opened)).toEqual([['broken-zip-member', 2]]);
    expect(opened.series[0]?.slices).toHaveLength(10);
    expect(codes(await open(whole.subarray(0, 17 * SECTOR_BYTES)))).toEqual([['no-ct', 0], ['broken-archive', 1]]);
  });

  test('should end where a folder names its parent as its own', async () => {
    const opened = await open(iso({ isLooped: true }));
    expect(opened.problems).toEqual([]);
    expect(opened.series[0]?.slices).toHaveLength(12);
  });

  test('should end in series or sentences, whatever bytes of the directories are damaged', async () => {
    const whole = iso();
    // Behind the empty first 32 kB and before the files; every third byte that says something.
    const told = [...whole.subarray(0, whole.length - 12 * SECTOR_BYTES).entries()].filter(([at, byte]) => at >= 16 * SECTOR_BYTES && byte !== 0);
    let opens = 0;
    for (const [at] of told.filter((_byte, n) => n % 3 === 0)) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (at % 2 === 0 ? 0xff : 0x05);
      const { series, problems } = await open(damaged);
      expect(series.length + problems.length, `byte ${at}`).toBeGreaterThan(0);
      opens += series.length > 0 ? 1 : 0;
    }
    expect(opens).toBeGreaterThan(0);
    expect(opens).toBeLessThan(told.length / 3);
  });

  test('should be told where they hold nothing, or are of the kind that large discs have alone', async () => {
    expect(codes(await open(iso({ files: [] })))).toEqual([['no-ct', 0], ['empty-folder', 1]]);
    const udf = new Uint8Array(20 * SECTOR_BYTES);
    udf.set(new TextEncoder().encode('\0BEA01'), 16 * SECTOR_BYTES);
    expect(codes(await open(udf))).toEqual([['no-ct', 0], ['other-archive', 1]]);
  });
});
