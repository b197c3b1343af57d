import { describeFaults, type FileProblem } from '#src/core/dicom/describe-faults.ts';
import type { FileFault } from '#src/core/dicom/file-fault.ts';
import { makeSeriesList } from '#src/core/dicom/make-series.ts';
import type { Series, SliceHeader } from '#src/core/dicom/series.ts';
import type { FileEntry, OpenProgress, OtherFile } from '../file-entry.ts';
import type { ReadFiles } from '../messages.ts';
import { takeModelFolders, type ModelFolder } from '../model-folder.ts';
import { ARCHIVE_LIMITS, makeBudget, type ArchiveLimits } from './archive-limits.ts';
import { lookAt, type FirstLook, type NamedBlob } from './first-look.ts';
import { expandArchive } from './expand-archive.ts';
import { mapInLanes } from './in-lanes.ts';
import { compareDuplicates, leaveOutCopies } from './leave-out-copies.ts';
import { readOneFile } from './read-one-file.ts';

/** Reads in flight at once: enough to hide the latency of Blob reads, few enough to keep little in memory. */
const READERS = 8;
const PROGRESS_INTERVAL_MS = 50;

/** The whole job of the file worker, free of worker globals: entries in, checked series and sentences out. */
export async function readFiles(
  entries: readonly FileEntry[],
  onProgress: (progress: OpenProgress) => void,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ReadFiles> {
  const report = throttled(onProgress);
  const { files, faults, models } = await unpackAll(entries, report, limits);
  let done = 0;
  const readings = await mapInLanes(files, READERS, async (file, fileId) => {
    const reading = await readOneFile(file, fileId);
    done += 1;
    report({ kind: 'reading', done, total: files.length });
    return reading;
  });
  const headers: SliceHeader[] = [];
  const others: OtherFile[] = [];
  const blobs: Blob[] = [];
  for (const [fileId, reading] of readings.entries()) {
    blobs.push(reading.blob);
    if (reading.kind === 'slices') headers.push(...reading.slices);
    else if (reading.kind === 'other') others.push(reading.other);
    else faults.push({ code: reading.code, fileName: files[fileId]?.name ?? '' });
  }
  const originals = await leaveOutCopies(headers, blobs);
  const { series, duplicates } = makeSeriesList(originals.headers);
  const compared = await compareDuplicates(duplicates, blobs);
  const problems = [...openingProblems(entries, series, others, models), ...describeFaults([...faults, ...originals.copies, ...compared])];
  return { series, others, models, problems, blobs };
}

/** All files that may be images, archives replaced by what is in them, in the order of the drop; and the networks among them. */
async function unpackAll(dropped: readonly FileEntry[], report: (progress: OpenProgress) => void, limits: ArchiveLimits) {
  const { models: folders, rest: entries } = takeModelFolders(dropped);
  const models = [...folders];
  const faults: FileFault[] = [];
  const files: NamedBlob[] = [];
  const budget = makeBudget(limits);
  const looks = await mapInLanes(entries, READERS, lookAtEntry);
  for (const [index, { name, blob, lack }] of entries.entries()) {
    const look = looks[index];
    if (blob === null || look === undefined) {
      faults.push({ code: lack ?? 'empty-folder', fileName: name });
    } else if (look.kind === 'file') {
      files.push({ name, blob });
    } else if (look.kind === 'clutter') {
      faults.push({ code: look.code, fileName: name });
    } else {
      const expanded = await expandArchive({ name, blob }, look.archive, budget, (done, total) => report({ kind: 'unpacking', archive: name, done, total }));
      // One by one: an archive may hold more files than a call takes arguments.
      for (const file of expanded.files) files.push(file);
      for (const fault of expanded.faults) faults.push(fault);
      models.push(...expanded.models);
    }
  }
  return { files, faults, models };
}

async function lookAtEntry({ name, blob }: FileEntry): Promise<FirstLook> {
  if (blob === null) return { kind: 'file' };
  try {
    return await lookAt({ name, blob });
  } catch (error) {
    // A Blob read rejects with a DOMException when the file on disk moved, changed or is not permitted.
    if (!(error instanceof DOMException)) throw error;
    return { kind: 'clutter', code: 'unreadable-file' };
  }
}

/** What is said of the opening as a whole: exactly one sentence, where there is nothing to work with. */
function openingProblems(entries: readonly FileEntry[], series: readonly Series[], others: readonly OtherFile[], models: readonly ModelFolder[]): readonly FileProblem[] {
  if (entries.length === 0) {
    return [{ code: 'nothing-dropped', sentence: 'Nothing was found that can be opened; drop DICOM files, a folder or a zip archive of a CT.', fileNames: [] }];
  }
  if (series.some((one) => one.modality === 'CT') || others.length > 0 || models.length > 0) return [];
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
