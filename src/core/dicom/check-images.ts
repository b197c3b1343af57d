import type { SliceGroup } from './group-series.ts';
import type { SeriesProblem, SliceHeader } from './series.ts';
import { isMonoenergetic } from './acquisition-facts.ts';
import { axesOf } from './slice-geometry.ts';

// DICOM PS3.4 B.5: CT Image, Enhanced CT Image and Legacy Converted Enhanced CT Image Storage.
const CT_STORAGE = new Set([
  '1.2.840.10008.5.1.4.1.1.2',
  '1.2.840.10008.5.1.4.1.1.2.1',
  '1.2.840.10008.5.1.4.1.1.2.2',
]);

// DICOM PS3.3 C.7.3.1.1.1, the ones that are met beside CT.
const MODALITY_WORDS: Readonly<Record<string, string>> = {
  CR: 'a radiograph', DX: 'a radiograph', MG: 'a mammogram', MR: 'an MR scan', NM: 'a nuclear medicine scan',
  OT: 'a picture of another kind', PT: 'a PET scan', RTDOSE: 'a radiotherapy dose', SEG: 'a segmentation',
  SC: 'a saved picture', US: 'an ultrasound scan', XA: 'an angiogram',
};

// DICOM PS3.3 C.11.1.1.2. Unspecified and modified HU are opened with a note; every other unit is none of CT numbers.
const HU_TYPES = new Set(['HU', 'US', 'HU_MOD']);

// Values 4 of Image Type in a multi-energy CT that are maps of something else than attenuation, PS3.3 C.8.2.1.1.1.
const MAP_WORDS: Readonly<Record<string, string>> = {
  MAT_SPECIFIC: 'a map of one material', MAT_REMOVED: 'an image with a material taken out', MAT_FRACTIONAL: 'a map of material fractions',
  MAT_MODIFIED: 'an image with a material changed', MAT_VALUE_BASED: 'a map of materials',
  EFF_ATOMIC_NUM: 'a map of atomic numbers', ELECTRON_DENSITY: 'a map of electron density',
};

/**
 * What the images of a group say against reading them as CT slices in Hounsfield units with a place in the patient, and
 * what should be said beside them. Either one refusal, the first that a reader would care about, or notes.
 */
export function checkImages(group: Pick<SliceGroup, 'slices' | 'isPart'>, name: string): readonly SeriesProblem[] {
  const refusal = findRefusal(group.slices, name);
  return refusal === null ? findNotes(group, name) : [refusal];
}

function findRefusal(slices: readonly SliceHeader[], name: string): SeriesProblem | null {
  const first = slices[0];
  if (first === undefined) return null;
  if (first.modality !== 'CT') {
    const what = first.modality === null ? 'an image of unknown kind' : (MODALITY_WORDS[first.modality] ?? `an image of modality ${first.modality}`);
    return refuse('not-ct', `${name} is ${what}, not CT, and cannot be measured here; open a CT series.`);
  }
  if (first.imageType.includes('LOCALIZER')) {
    return refuse('localizer', `${name} is a localizer (scout view) with no depth to measure; open the series of slices.`);
  }
  if (first.sopClassUid !== null && !CT_STORAGE.has(first.sopClassUid)) {
    return refuse('not-ct-images', `${name} holds saved pictures or derived objects instead of CT slices; open the original CT series.`);
  }
  if ((first.samplesPerPixel ?? 1) > 1 || slices.some((slice) => !/^MONOCHROME[12]$/.test(slice.photometricInterpretation ?? 'MONOCHROME2'))) {
    return refuse('not-greyscale', `${name} is in colour, so it has no Hounsfield units; open the original CT series.`);
  }
  if (first.numberOfFrames > 1 && slices.some((slice) => slice.imagePositionPatient === null)) {
    return refuse('multi-frame-geometry', `${name} is a multi-frame file that does not place its frames in the patient; open the slices as single files or an enhanced CT.`);
  }
  if (slices.some((slice) => slice.pixelSpacing === null)) {
    return refuse('no-pixel-spacing', `${name} does not say how large its pixels are, so nothing can be measured; get the original DICOM files.`);
  }
  if (slices.some((slice) => slice.imagePositionPatient === null || slice.imageOrientationPatient === null)) {
    return refuse('no-position', `${name} does not say where its slices lie in the patient; get the original DICOM files.`);
  }
  if (slices.some((slice) => axesOf(slice) === null)) {
    return refuse('bad-orientation', `${name} has slice directions that are not at right angles; get the original DICOM files.`);
  }
  const map = slices.flatMap((slice) => slice.imageType).map((type) => MAP_WORDS[type]).find((words) => words !== undefined);
  if (map !== undefined) {
    return refuse('not-hu', `${name} is ${map} from a multi-energy CT, not Hounsfield units; open the CT series at 120 kV or the mixed one.`);
  }
  const unit = slices.map((slice) => slice.rescaleType).find((type) => type !== null && !HU_TYPES.has(type));
  if (unit !== undefined) {
    return refuse('not-hu', `${name} has values in another unit (${unit}) than Hounsfield units; open the original CT series.`);
  }
  if (slices.some((slice) => slice.rescaleSlope === null || slice.rescaleSlope === 0 || slice.rescaleIntercept === null)) {
    return refuse('no-rescale', `${name} does not say how its values become Hounsfield units (no rescale slope and intercept); get the original DICOM files.`);
  }
  return null;
}

function findNotes(group: Pick<SliceGroup, 'slices' | 'isPart'>, name: string): readonly SeriesProblem[] {
  const { slices } = group;
  const notes: SeriesProblem[] = [];
  if (new Set(slices.map((slice) => slice.frameOfReferenceUid)).size > 1) {
    notes.push(note('frames-of-reference', `${name} gives its slices different frames of reference; it is opened as one volume because their positions fit.`));
  }
  if (slices.some((slice) => slice.seriesInstanceUid === null)) {
    notes.push(note('no-series-uid', `${name} has no series UID; its slices were put together by folder and size, and saved results cannot be matched to it by UID.`));
  }
  const missingVoxels = slices[0]?.raw?.missingVoxels ?? 0;
  if (slices.some((slice) => slice.raw !== undefined)) {
    notes.push(note('nifti', `${name} is a NIfTI file, which says nothing of tube voltage, kernel, slice thickness, contrast, sex and age, and its values are taken for Hounsfield units; open the DICOM series where you have it, or state what you know in the bottom line.`));
  }
  if (missingVoxels > 0) {
    notes.push(note('missing-values', `${name} has ${missingVoxels} ${missingVoxels === 1 ? 'voxel' : 'voxels'} without a value, shown as air; do not measure there.`));
  }
  if (slices.some((slice) => slice.rescaleType === 'US' || slice.rescaleType === 'HU_MOD')) {
    notes.push(note('hu-unsure', `${name} does not say that its values are plain Hounsfield units (rescale type ${slices.find((slice) => slice.rescaleType !== null)?.rescaleType}); check a value in air and in fluid before you measure.`));
  }
  if (slices.some(isMonoenergetic)) {
    notes.push(note('monoenergetic', `${name} is a virtual monoenergetic image, whose values differ from those at a tube voltage; bone values hold for its energy only.`));
  }
  if (group.isPart) {
    notes.push(note('series-split', `${name} is one of several stacks or sizes of image in one series, which are listed apart.`));
  }
  return notes;
}

function refuse(code: string, sentence: string): SeriesProblem {
  return { code, sentence, effect: 'refuse' };
}

function note(code: string, sentence: string): SeriesProblem {
  return { code, sentence, effect: 'note' };
}
