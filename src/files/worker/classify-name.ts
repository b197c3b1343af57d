import type { FileFaultCode } from '#src/core/dicom/file-fault.ts';
import type { OtherFile } from '../file-entry.ts';

const SYSTEM_NAMES = /^(\.ds_store|thumbs\.db|desktop\.ini|autorun\.inf|\._.*|\.[a-z]+)$/i;
const DOCUMENTS = /\.(txt|md|csv|tsv|json|xml|html?|css|js|pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|log|ya?ml|ini)$/i;
const PICTURES = /\.(jpe?g|png|gif|bmp|tiff?|webp|svg|mp4|avi|mov)$/i;

/** What a file is that turned out not to be DICOM, by its name. */
export function classifyName(path: string): FileFaultCode {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path.includes('__MACOSX/') || SYSTEM_NAMES.test(name)) return 'system-file';
  if (/\.nii(\.gz)?$/i.test(name)) return 'nifti-broken';
  if (DOCUMENTS.test(name) || /^(readme|licen[cs]e)$/i.test(name)) return 'text-file';
  return PICTURES.test(name) ? 'picture-file' : 'not-dicom';
}

/** Our results and calibrations and VerSe centroid files, which are handed on with their text; null for everything else. */
export function otherKindOf(path: string): OtherFile['kind'] | null {
  if (/(^|\/)osteolens-calibration-[^/]*\.json$/i.test(path)) return 'calibration';
  if (/\.osteolens\.json$/i.test(path)) return 'results';
  return /_ctd\.json$/i.test(path) ? 'centroids' : null;
}

/** Office documents are zip archives too, and not ours to open. */
export function isOfficeDocument(path: string): boolean {
  return /\.(docx|xlsx|pptx|od[tsp])$/i.test(path);
}
