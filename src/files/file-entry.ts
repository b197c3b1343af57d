import type { FileProblem } from '#src/core/dicom/describe-faults.ts';
import type { Series } from '#src/core/dicom/series.ts';
import type { ModelFolder } from './model-folder.ts';

/** One thing that was dropped or chosen. */
export type FileEntry = {
  /** Path relative to what was dropped, with `/`. */
  readonly name: string;
  /** Null stands for a folder without any file, or for what `lack` says. */
  readonly blob: File | null;
  readonly lack?: 'unreadable-file' | 'unreadable-folder';
};

/** A file that is no image but means something to the application. */
export type OtherFile = {
  readonly kind: 'results' | 'centroids' | 'calibration';
  readonly name: string;
  readonly text: string;
};

export type OpenProgress =
  /** `bytes` that came so far, of all files together; `totalBytes` is null where the server does not tell. */
  | { readonly kind: 'fetching'; readonly done: number; readonly total: number; readonly bytes: number; readonly totalBytes: number | null }
  | { readonly kind: 'unpacking'; readonly archive: string; readonly done: number; readonly total: number }
  | { readonly kind: 'reading'; readonly done: number; readonly total: number };

/** What came of one opening. */
export type OpenedFiles = {
  /** Likeliest to show T10 to L5 first, refused ones last. */
  readonly series: readonly Series[];
  readonly others: readonly OtherFile[];
  /** Networks, which are never part of the study. */
  readonly models: readonly ModelFolder[];
  /** Sentences about files that are in no series, and about the opening as a whole. */
  readonly problems: readonly FileProblem[];
  /** The bytes behind SliceHeader.fileId, as a DICOM Part 10 file. Throws a RangeError for an id of another opening. */
  readonly blobOf: (fileId: number) => Blob;
};
