import { readHeader } from '#src/core/dicom/read-header.ts';
import type { SliceHeader } from '#src/core/dicom/series.ts';
import { startCornerstone } from './cornerstone.ts';
import { decodeSlice } from './decode-slice.ts';
import { huTypeOf } from './hu-slice.ts';
import { drawSlice } from './slice-picture.ts';
import { makeSliceFiles } from './slice-files.ts';
import type { DisplayWindow } from './window.ts';

/** A file that may hold one slice. */
export type PreviewFile = { readonly name: string; readonly blob: Blob };

export type Preview = { readonly fileName: string; readonly picture: HTMLCanvasElement };

/** One slice of 1024² in 32 bit is 4 MB; anything larger is a multi-frame file or an archive. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** Cosine of the angle to the patient's axes up to which the axial plane shows nearly the same picture: 15°. */
const MIN_AXIAL_COSINE = 0.966;

let made = 0;

/**
 * The file in the middle of what is opened as a picture, if it is an axial CT slice: something to see while the headers of all the
 * others are read. It is drawn as the axial plane shows it, and no number is ever taken from it. Null for anything else, without a word:
 * whatever is wrong with the file is told when its series is checked.
 */
export async function readPreview(files: readonly PreviewFile[], window: DisplayWindow): Promise<Preview | null> {
  const file = files[Math.floor(files.length / 2)];
  if (file === undefined || file.blob.size > MAX_FILE_BYTES) return null;
  const bytes = new Uint8Array(await file.blob.arrayBuffer());
  const reading = readHeader(bytes, { fileId: 0, fileName: file.name, fileBytes: bytes.length }, decodeLatin1);
  const slice = reading.kind === 'slices' && reading.repair === null ? reading.slices[0] : undefined;
  if (slice === undefined || slice.modality !== 'CT' || slice.numberOfFrames > 1 || slice.rescaleSlope === null) return null;
  const flips = axialFlips(slice);
  if (flips === null) return null;
  made += 1;
  const imageId = `osteolens-preview:${made}`;
  const { images } = startCornerstone();
  images.add(imageId, { header: slice, frameOfReferenceUid: slice.frameOfReferenceUid ?? imageId });
  try {
    const opened = await makeSliceFiles([slice], () => file.blob).open(slice);
    const values = opened.ok ? await decodeSlice(imageId, opened.value, slice, huTypeOf([slice])) : opened;
    if (!values.ok) return null;
    const picture = drawSlice(values.value, slice, window, flips);
    return picture === null ? null : { fileName: file.name, picture };
  } finally {
    images.remove(imageId);
  }
}

/**
 * What must be turned round for rows that run to the patient's left and columns that run to the back, as in the axial plane; null where
 * the slice is not axial or its pixels are not square.
 */
export function axialFlips(
  { imageOrientationPatient: directions, pixelSpacing }: Pick<SliceHeader, 'imageOrientationPatient' | 'pixelSpacing'>,
): { readonly across: boolean; readonly down: boolean } | null {
  if (directions === null || pixelSpacing === null || pixelSpacing[0] !== pixelSpacing[1]) return null;
  const [alongRow, alongColumn] = [directions[0], directions[4]];
  if (Math.abs(alongRow) < MIN_AXIAL_COSINE || Math.abs(alongColumn) < MIN_AXIAL_COSINE) return null;
  return { across: alongRow < 0, down: alongColumn < 0 };
}

/** Names are not shown from here: a wrong letter in one does not matter. */
function decodeLatin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
