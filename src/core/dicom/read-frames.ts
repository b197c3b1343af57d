import type { ElementReader } from './element-reader.ts';
import { orientationOf, positionOf, spacingOf } from './image-plane.ts';
import { phaseOf } from './phase.ts';
import type { SliceHeader } from './series.ts';

// Functional group sequences and macros of enhanced multi-frame objects, DICOM PS3.3 C.7.6.16 and C.8.15.3.
const SHARED_GROUPS = 'x52009229';
const PER_FRAME_GROUPS = 'x52009230';
const FRAME_CONTENT = 'x00209111';
const PLANE_POSITION = 'x00209113';
const PLANE_ORIENTATION = 'x00209116';
const PIXEL_MEASURES = 'x00289110';
const FRAME_VOI_LUT = 'x00289132';
const PIXEL_VALUE_TRANSFORMATION = 'x00289145';
const CT_RECONSTRUCTION = 'x00189314';
const CT_X_RAY_DETAILS = 'x00189325';
const CT_FRAME_TYPE = 'x00189329';
const CT_ACQUISITION_DETAILS = 'x00189304';
const CONTRAST_AGENTS = 'x00180012';
const CARDIAC_SYNCHRONIZATION = 'x00189118';
// Where a legacy-converted CT keeps what its slices said and no macro holds (PS3.3 C.7.6.25).
const UNASSIGNED_SHARED = 'x00209170';
const UNASSIGNED_PER_FRAME = 'x00209171';

const CONTRAST_AGENT = 'x00180010';
const KVP = 'x00180060';
const GANTRY_TILT = 'x00181120';
const KERNEL = 'x00181210';

/**
 * One header per frame of an enhanced or legacy-converted multi-frame CT; the file's own header alone for everything else.
 * A CT with frames but without functional groups keeps numberOfFrames above 1 and no position: the series check refuses it.
 */
export function readFrames(elements: ElementReader, header: SliceHeader): readonly SliceHeader[] {
  const frames = elements.items(PER_FRAME_GROUPS);
  if (header.modality !== 'CT' || frames.length === 0 || frames.length !== header.numberOfFrames) return [header];
  const shared = elements.items(SHARED_GROUPS)[0];
  const agent = elements.items(CONTRAST_AGENTS)[0]?.text('x00080104') ?? null;
  const file = { ...header, contrastBolusAgent: header.contrastBolusAgent ?? agent };
  return frames.map((own, frame) => frameHeader(file, frame, own, shared));
}

function frameHeader(file: SliceHeader, frame: number, own: ElementReader, shared: ElementReader | undefined): SliceHeader {
  // A macro stands in the frame's own groups or in the shared ones, never in both.
  const macro = (tag: string): ElementReader | undefined => own.items(tag)[0] ?? shared?.items(tag)[0];
  const position = macro(PLANE_POSITION);
  const orientation = macro(PLANE_ORIENTATION);
  const measures = macro(PIXEL_MEASURES);
  const values = macro(PIXEL_VALUE_TRANSFORMATION);
  const window = macro(FRAME_VOI_LUT);
  const unassigned = [...own.items(UNASSIGNED_PER_FRAME), ...(shared?.items(UNASSIGNED_SHARED) ?? [])];
  const converted = (tag: string): ElementReader | undefined => unassigned.find((elements) => elements.has(tag));
  const kernel = macro(CT_RECONSTRUCTION) ?? converted(KERNEL);
  const xRay = macro(CT_X_RAY_DETAILS) ?? converted(KVP);
  const geometry = macro(CT_ACQUISITION_DETAILS) ?? converted(GANTRY_TILT);
  return {
    ...file,
    frame,
    instanceNumber: frame + 1,
    acquisitionNumber: macro(FRAME_CONTENT)?.uint16('x00209156') ?? file.acquisitionNumber,
    imageType: macro(CT_FRAME_TYPE)?.texts('x00089007') ?? file.imageType,
    imagePositionPatient: (position && positionOf(position)) ?? file.imagePositionPatient,
    imageOrientationPatient: (orientation && orientationOf(orientation)) ?? file.imageOrientationPatient,
    pixelSpacing: (measures && spacingOf(measures)) ?? file.pixelSpacing,
    sliceThickness: measures?.number('x00180050') ?? file.sliceThickness,
    rescaleSlope: values?.number('x00281053') ?? file.rescaleSlope,
    rescaleIntercept: values?.number('x00281052') ?? file.rescaleIntercept,
    rescaleType: values?.text('x00281054')?.toUpperCase() ?? file.rescaleType,
    windowCenter: window?.numbers('x00281050') ?? file.windowCenter,
    windowWidth: window?.numbers('x00281051') ?? file.windowWidth,
    convolutionKernel: kernel?.text(KERNEL) ?? file.convolutionKernel,
    kvp: xRay?.number(KVP) ?? file.kvp,
    gantryDetectorTilt: geometry?.number(GANTRY_TILT) ?? file.gantryDetectorTilt,
    contrastBolusAgent: file.contrastBolusAgent ?? converted(CONTRAST_AGENT)?.text(CONTRAST_AGENT) ?? null,
    ...phaseOf(macro(CARDIAC_SYNCHRONIZATION), ...unassigned),
  };
}
