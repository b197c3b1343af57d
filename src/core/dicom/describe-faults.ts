import { quotable } from '#src/lib/foreign-text.ts';
import type { FileFault, FileFaultCode } from './file-fault.ts';

/** A sentence about files that are in no series. */
export type FileProblem = {
  readonly code: string;
  /** One plain sentence: which files, what is wrong, what to do. */
  readonly sentence: string;
  readonly fileNames: readonly string[];
};

/** Words around the files: `files` is "a.dcm" or "3 files (a.dcm, b.dcm, c.dcm)", `one` whether it is a single one. */
type Wording = (files: string, one: boolean) => string;

const WORDINGS: Readonly<Record<FileFaultCode, Wording>> = {
  'empty-folder': (files, one) => `${files} ${one ? 'is a folder' : 'are folders'} without any file; drop the folder that holds the images.`,
  'empty-file': (files, one) => `${files} ${one ? 'is' : 'are'} empty; copy ${them(one)} again from the source.`,
  'not-dicom': (files, one) => `${files} ${one ? 'is no DICOM file and was' : 'are no DICOM files and were'} left aside.`,
  'broken-dicom': (files, one) => `${files} ${one ? 'is' : 'are'} damaged or cut off: the DICOM header cannot be read to its end; copy ${them(one)} again from the source.`,
  'truncated-pixels': (files, one) => `${files} ${one ? 'is' : 'are'} cut off: part of the picture is missing; copy ${them(one)} again from the source.`,
  'no-image': (files, one) => `${files} ${one ? 'is a DICOM file' : 'are DICOM files'} without a picture (a report, a plan or contours) and ${one ? 'was' : 'were'} left aside.`,
  'no-pixel-data': (files, one) => `${files} ${one ? 'describes a picture but holds' : 'describe pictures but hold'} no pixels that can be shown; get the complete ${one ? 'file' : 'files'}.`,
  dicomdir: (files, one) => `${files} ${one ? 'is a DICOM directory' : 'are DICOM directories'} (DICOMDIR) and not needed: the images are found without.`,
  'duplicate-file': (files, one) => `${files} ${one ? 'is a copy of an image that was' : 'are copies of images that were'} opened already and ${one ? 'was' : 'were'} left aside.`,
  'contradicting-file': (files, one) => `${files} ${one ? 'has' : 'have'} the UID and place of ${one ? 'an image' : 'images'} opened before, but other pixel data or another compression or scale, and ${one ? 'was' : 'were'} left aside; find out which is right and open ${them(one)} without the other.`,
  'nifti-broken': (files, one) => `${files} ${one ? 'is' : 'are'} damaged or cut off: the NIfTI header cannot be read or promises more voxels than there are; copy ${them(one)} again from the source.`,
  'nifti-pair': (files, one) => `${files} ${one ? 'is one half' : 'are halves'} of a NIfTI pair (.hdr and .img), which is not read; save the image as a single .nii file.`,
  'nifti-volumes': (files, one) => `${files} ${one ? 'holds' : 'hold'} several volumes (a time series or several channels), and one CT is needed; save a single volume.`,
  'nifti-colour': (files, one) => `${files} ${one ? 'is' : 'are'} in colour, so there are no Hounsfield units; open the CT itself.`,
  'nifti-number-type': (files, one) => `${files} ${one ? 'stores' : 'store'} numbers of a kind that is not read (64-bit integers, complex or longer); save as 16-bit integers or 32-bit floats.`,
  'nifti-no-orientation': (files, one) => `${files} ${one ? 'does' : 'do'} not say how the image lies in the patient (no sform and no qform), so left and right are unknown; convert the DICOM series again.`,
  'nifti-labels': (files, one) => `${files} ${one ? 'is a label mask (a segmentation)' : 'are label masks (segmentations)'}, not CT, and ${one ? 'was' : 'were'} left aside.`,
  'nifti-not-hu': (files, one) => `${files} ${one ? 'holds' : 'hold'} values that are no Hounsfield units (nothing as dark as fat or nothing as bright as bone); open the CT as it was before it was normalised or shifted.`,
  'text-file': (files, one) => `${files} ${one ? 'is a document and was' : 'are documents and were'} left aside.`,
  'picture-file': (files, one) => `${files} ${one ? 'is a picture file' : 'are picture files'} without DICOM header and ${one ? 'was' : 'were'} left aside; only DICOM has the values needed.`,
  'system-file': (files, one) => `${files} ${one ? 'is a file of the operating system and was' : 'are files of the operating system and were'} left aside.`,
  'encrypted-zip': (files, one) => `${files} ${one ? 'is' : 'are'} protected by a password; unpack ${them(one)} with the password first, then drop the folder.`,
  'broken-archive': (files, one) => `${files} cannot be unpacked: the archive is damaged, cut off or of an unknown kind; copy ${them(one)} again from the source.`,
  'broken-zip-member': (files, one) => `${files} cannot be unpacked: ${one ? 'its entry' : 'their entries'} in the archive ${one ? 'is' : 'are'} damaged; copy the archive again from the source.`,
  'foreign-zip-member': (files, one) => `${files} ${one ? 'is' : 'are'} compressed in a way that is not read here (Deflate64, LZMA, bzip2, Zstandard); unpack the archive first and drop the folder.`,
  'other-archive': (files, one) => `${files} ${one ? 'is an archive' : 'are archives'} of a kind that is not unpacked here (RAR, 7z, xz, bzip2, Zstandard, a UDF disc image); unpack ${them(one)} first and drop the folder.`,
  'archive-bomb': (files, one) => `${files} would unfold to more than 200 times ${one ? 'its' : 'their'} size, as no CT does, and ${one ? 'was' : 'were'} left aside; if you trust the source, unpack ${them(one)} first and drop the folder.`,
  'archive-too-large': (files, one) => `${files} would unfold to more than the 8 GB that are unpacked at once; unpack ${them(one)} first and drop the folder of one study.`,
  'archive-too-many': (files, one) => `${files} ${one ? 'holds' : 'hold'} more than the 100,000 files that are unpacked at once; unpack ${them(one)} first and drop the folder of one study.`,
  'archive-too-deep': (files, one) => `${files} ${one ? 'lies' : 'lie'} too deep, in an archive within an archive within an archive, and ${one ? 'was' : 'were'} not opened; unpack the outer ones first.`,
  'picks-too-large': (files, one) => `${files} ${one ? 'has' : 'have'} more than the 8 MB that a file of results or centroids can need and ${one ? 'was' : 'were'} left aside; open the study without ${them(one)}.`,
  'unreadable-folder': (files, one) => `${files} could not be listed to the end; check that the ${one ? 'folder is' : 'folders are'} still there and drop ${them(one)} again.`,
  'unreadable-file': (files, one) => `${files} could not be read from the disk; check that ${one ? 'it is' : 'they are'} still there and drop ${them(one)} again.`,
};

const NAMED_FILES = 3;

/** One problem per code, in the order in which the codes come; its sentence names the first three files. */
export function describeFaults(faults: readonly FileFault[]): readonly FileProblem[] {
  const byCode = new Map<FileFaultCode, string[]>();
  for (const { code, fileName } of faults) {
    const names = byCode.get(code);
    if (names === undefined) byCode.set(code, [fileName]);
    else names.push(fileName);
  }
  return [...byCode].map(([code, fileNames]) => ({ code, sentence: WORDINGS[code](filesInWords(fileNames), fileNames.length === 1), fileNames }));
}

function filesInWords(names: readonly string[]): string {
  if (names.length === 1) return shortened(names[0] ?? '');
  const named = names.slice(0, NAMED_FILES).map(shortened).join(', ');
  const rest = names.length > NAMED_FILES ? ` and ${names.length - NAMED_FILES} more` : '';
  return `${names.length} files (${named}${rest})`;
}

/** A path as far as its last folder: enough to find the file, and short enough to read. */
function shortened(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? `…/${quotable(parts.slice(-2).join('/'))}` : quotable(path);
}

function them(one: boolean): string {
  return one ? 'it' : 'them';
}
