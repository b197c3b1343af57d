import { describeFaults, type FileProblem } from '#src/core/dicom/describe-faults.ts';
import type { FileFault } from '#src/core/dicom/file-fault.ts';
import { makeSeriesList } from '#src/core/dicom/make-series.ts';
import type { Series, SliceHeader } from '#src/core/dicom/series.ts';
import type { FileEntry, OpenProgress, OtherFile } from '../file-entry.ts';
import type { ReadFiles } from '../messages.ts';
import { expandZip, isZip, type NamedBlob } from './expand-zip.ts';
import { readOneFile, type FileReading } from './read-one-file.ts';

/** Reads in flight at once: enough to hide the latency of Blob reads, few enough to keep little in memory. */
const READERS = 8;
const PROGRESS_INTERVAL_MS = 50;

/** The whole job of the file worker, free of worker globals: entries in, checked series and sentences out. */
export async function readFiles(
  entries: readonly FileEntry[],
  onProgress: (progress: OpenProgress) => void,
): Promise<ReadFiles> {
  const report = throttled(onProgress);
  const faults: FileFault[] = [];
  const files: NamedBlob[] = [];
  for (const { name, blob } of entries) {
    if (blob === null) {
      faults.push({ code: 'empty-folder', fileName: name });
      continue;
    }
    const file = { name, blob };
    if (!(await isReadableZip(file))) {
      files.push(file);
      continue;
    }
    const expanded = await expandZip(file, (done, total) => report({ kind: 'unpacking', archive: name, done, total }));
    faults.push(...expanded.faults);
    for (const member of expanded.files) {
      if (await isZip(member)) faults.push({ code: 'zip-in-zip', fileName: member.name });
      else files.push(member);
    }
  }

  const readings = await readAll(files, report);
  const headers: SliceHeader[] = [];
  const others: OtherFile[] = [];
  const blobs: Blob[] = [];
  for (const [fileId, reading] of readings.entries()) {
    blobs.push(reading.blob);
    if (reading.kind === 'slices') headers.push(...reading.slices);
    else if (reading.kind === 'other') others.push(reading.other);
    else faults.push({ code: reading.code, fileName: files[fileId]?.name ?? '' });
  }
  const { series, duplicates } = makeSeriesList(headers);
  const problems = [...openingProblems(entries, series, others), ...describeFaults([...faults, ...duplicates])];
  return { series, others, problems, blobs };
}

/** A file that cannot be read is told about when its turn to be read comes. */
async function isReadableZip(file: NamedBlob): Promise<boolean> {
  try {
    return await isZip(file);
  } catch {
    return false;
  }
}

async function readAll(files: readonly NamedBlob[], report: (progress: OpenProgress) => void): Promise<readonly FileReading[]> {
  const readings: FileReading[] = [];
  const queue = files.entries();
  let done = 0;
  const drain = async (): Promise<void> => {
    for (const [fileId, file] of queue) {
      readings[fileId] = await readOneFile(file, fileId);
      done += 1;
      report({ kind: 'reading', done, total: files.length });
    }
  };
  await Promise.all(Array.from({ length: READERS }, drain));
  return readings;
}

/** What is said of the opening as a whole: exactly one sentence, where there is nothing to work with. */
function openingProblems(entries: readonly FileEntry[], series: readonly Series[], others: readonly OtherFile[]): readonly FileProblem[] {
  if (entries.length === 0) {
    return [{ code: 'nothing-dropped', sentence: 'Nothing was found that can be opened; drop DICOM files, a folder or a zip archive of a CT.', fileNames: [] }];
  }
  if (series.some((one) => one.modality === 'CT') || others.length > 0) return [];
  return [{ code: 'no-ct', sentence: 'No CT images were found in what was opened; drop the folder or zip archive of a CT study.', fileNames: [] }];
}

/** Passes on at most one event in 50 ms, and always the last of its kind (done = total). */
function throttled(onProgress: (progress: OpenProgress) => void): (progress: OpenProgress) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    if (now - last < PROGRESS_INTERVAL_MS && progress.done < progress.total) return;
    last = now;
    onProgress(progress);
  };
}
