import type { OpenProgress } from '../file-entry.ts';
import type { DicomWebFault } from './faults.ts';
import type { FoundSeries, SeriesAddress, ServerAccess, StudyPage, StudyQuery } from './found.ts';

/** DICOM Part 10 files, one an instance, and what of the series is missing. */
export type FetchedImages = { readonly files: readonly File[]; readonly missing: DicomWebFault | null };

/** What can be asked, and what is answered. */
export type DicomWebTask =
  | { readonly kind: 'studies'; readonly query: StudyQuery }
  | { readonly kind: 'series'; readonly studyInstanceUid: string }
  | { readonly kind: 'images'; readonly series: SeriesAddress };

export type DicomWebAnswers = { readonly studies: StudyPage; readonly series: readonly FoundSeries[]; readonly images: FetchedImages };

/** Page to worker: one task per worker. `access.root` is absolute, without a slash at its end. */
export type DicomWebRequest = { readonly access: ServerAccess; readonly allowedOrigins: readonly string[]; readonly task: DicomWebTask };

/** Worker to page: progress, then exactly one of the others. `failed` is a bug, told with its stack. */
export type DicomWebReply =
  | { readonly kind: 'progress'; readonly progress: OpenProgress }
  | { readonly kind: 'done'; readonly answer: DicomWebAnswers[keyof DicomWebAnswers] }
  | { readonly kind: 'refused'; readonly fault: DicomWebFault }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | null };
