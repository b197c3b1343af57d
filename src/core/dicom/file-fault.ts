/** Why one file is in no series. Sentences are made for all files of a code together: describe-faults.ts. */
export type FileFaultCode =
  | 'empty-folder'
  | 'empty-file'
  | 'not-dicom'
  | 'broken-dicom'
  | 'truncated-pixels'
  | 'no-image'
  | 'no-pixel-data'
  | 'dicomdir'
  | 'duplicate-file'
  | 'nifti'
  | 'text-file'
  | 'picture-file'
  | 'system-file'
  | 'zip-in-zip'
  | 'encrypted-zip'
  | 'broken-zip'
  | 'broken-zip-member'
  | 'unreadable-file';

export type FileFault = { readonly code: FileFaultCode; readonly fileName: string };
