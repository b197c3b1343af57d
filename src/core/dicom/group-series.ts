import { labelGroups } from './label-groups.ts';
import type { SliceHeader } from './series.ts';
import { axesOf, haveSameAxes, heightOf, median, type SliceAxes } from './slice-geometry.ts';

/** Slices that belong together by their headers; whether they form a grid is check-series' question. */
export type SliceGroup = {
  readonly slices: readonly SliceHeader[];
  /** True where the slices' series was taken apart into several groups. */
  readonly isPart: boolean;
  /** What sets it apart from the other groups of its series, in a few words; null where nothing does, or where it is the only one. */
  readonly label: string | null;
};

/** A slice that says of itself that it is one that came before. Whether their pictures are the same is not known here. */
export type Duplicate = { readonly slice: SliceHeader; readonly of: SliceHeader };

/** Two slices nearer than this along the normal are at the same position, mm. */
export const SAME_POSITION_MM = 0.01;

/**
 * Groups slices into candidates for one grid each: by series, then by kind, size and orientation, then, where slices
 * lie on or between each other, by whatever header field tells the stacks apart.
 * Of slices with the same SOPInstanceUID and place the first stays; the others come back as duplicates, one for each file.
 */
export function groupSlices(headers: readonly SliceHeader[]): {
  readonly groups: readonly SliceGroup[];
  readonly duplicates: readonly Duplicate[];
} {
  const { kept, duplicates } = withoutCopies(headers);
  const groups = partition(kept, seriesKey).flatMap((series) => {
    const parts = partition(series, kindKey).flatMap(byOrientation).flatMap(separateStacks);
    const labels = labelGroups(parts);
    return parts.map((slices, n) => ({ slices, isPart: parts.length > 1, label: labels[n] ?? null }));
  });
  return { groups, duplicates };
}

function withoutCopies(headers: readonly SliceHeader[]): { kept: SliceHeader[]; duplicates: Duplicate[] } {
  const seen = new Map<string, SliceHeader>();
  const kept: SliceHeader[] = [];
  const duplicates = new Map<number, Duplicate>();
  for (const slice of headers) {
    const key = copyKey(slice);
    const of = key === null ? undefined : seen.get(key);
    if (of === undefined) {
      kept.push(slice);
      if (key !== null) seen.set(key, slice);
    } else if (!duplicates.has(slice.fileId)) {
      duplicates.set(slice.fileId, { slice, of });
    }
  }
  return { kept, duplicates: [...duplicates.values()] };
}

/** Bad anonymisers give one UID to many slices, so the place and the fields that tell stacks apart count too. */
function copyKey(header: SliceHeader): string | null {
  if (header.sopInstanceUid === null) return null;
  const stack = STACK_FIELDS.map((field) => field(header));
  return keyOf(header.sopInstanceUid, header.frame, header.seriesInstanceUid, header.instanceNumber, header.imagePositionPatient, stack);
}

function seriesKey(header: SliceHeader): string {
  if (header.seriesInstanceUid !== null) return keyOf('uid', header.seriesInstanceUid);
  // A multi-frame file is a series of its own; single slices without UID belong to their folder.
  const place = header.numberOfFrames > 1 ? header.fileName : header.fileName.slice(0, header.fileName.lastIndexOf('/') + 1);
  return keyOf('folder', header.studyInstanceUid, place, header.seriesNumber);
}

function kindKey(header: SliceHeader): string {
  return keyOf(
    header.modality,
    header.sopClassUid,
    header.rows,
    header.columns,
    header.samplesPerPixel,
    header.pixelSpacing?.map((mm) => mm.toFixed(4)),
    header.imageType.includes('LOCALIZER'),
  );
}

function byOrientation(slices: readonly SliceHeader[]): readonly (readonly SliceHeader[])[] {
  const clusters: { axes: SliceAxes | null; slices: SliceHeader[] }[] = [];
  for (const slice of slices) {
    const axes = axesOf(slice);
    const cluster = clusters.find((c) => (axes === null || c.axes === null ? axes === c.axes : haveSameAxes(axes, c.axes)));
    if (cluster === undefined) clusters.push({ axes, slices: [slice] });
    else cluster.slices.push(slice);
  }
  return clusters.map((cluster) => cluster.slices);
}

const STACK_FIELDS: readonly ((header: SliceHeader) => string)[] = [
  (header) => keyOf(header.acquisitionNumber),
  (header) => keyOf(header.convolutionKernel),
  (header) => keyOf(header.imageType),
  (header) => keyOf(header.sliceThickness),
  (header) => keyOf(header.kvp),
  (header) => keyOf(header.contrastBolusAgent),
  (header) => keyOf(header.phase),
];

/** Equal for slices at one place of one series that no header field tells apart, and whose values mean the same; null without a place. */
export function placeKey(header: SliceHeader): string | null {
  const { imagePositionPatient, imageOrientationPatient } = header;
  if (imagePositionPatient === null || imageOrientationPatient === null) return null;
  const place = [...imagePositionPatient, ...imageOrientationPatient].map((number) => number.toFixed(3));
  return keyOf(seriesKey(header), kindKey(header), place, scaleKey(header), STACK_FIELDS.map((field) => field(header)));
}

/** Equal where the same pixel data means the same values. */
export function scaleKey({ rescaleSlope, rescaleIntercept, bitsStored, highBit, pixelRepresentation, photometricInterpretation }: SliceHeader): string {
  return keyOf(rescaleSlope, rescaleIntercept, bitsStored, highBit, pixelRepresentation, photometricInterpretation);
}

/**
 * Takes stacks apart that lie on each other, between each other (overlapping reconstructions) or behind each other with another slice
 * distance: by the field that leaves the fewest faults, and of those the one that makes the fewest parts. Each part more must take
 * away more than one fault, since an acquisition number can count single rotations and a missing slice is no second stack. What no
 * field separates stays together; check-stack and split-stack say what is wrong with it.
 */
function separateStacks(slices: readonly SliceHeader[]): readonly (readonly SliceHeader[])[] {
  const faults = countFaults(slices);
  if (faults === 0) return [slices];
  const best = STACK_FIELDS.map((field) => partition(slices, field))
    .filter((parts) => parts.length > 1)
    .map((parts) => ({ parts, left: parts.reduce((sum, part) => sum + countFaults(part), 0) }))
    .toSorted((a, b) => a.left - b.left || a.parts.length - b.parts.length)[0];
  return best === undefined || best.left + best.parts.length - 1 >= faults ? [slices] : best.parts.flatMap(separateStacks);
}

/** A step is off its stack's typical one by more than this share: far beyond the tolerance of a regular stack. */
const UNEVEN_SHARE = 0.1;

/** A slice on another one cannot be opened with it, however few they are: it is worth a part more. */
const OVERLAP_FAULTS = 2;

/** Slices at the position of another one, and steps unlike the typical one; slices without position do not count. */
function countFaults(slices: readonly SliceHeader[]): number {
  const first = slices[0];
  const axes = first === undefined ? null : axesOf(first);
  if (axes === null) return 0;
  const heights = slices.map((slice) => heightOf(slice, axes)).filter((height) => height !== null).toSorted((a, b) => a - b);
  const steps = heights.slice(1).map((height, n) => height - (heights[n] ?? height));
  const apart = steps.filter((step) => step >= SAME_POSITION_MM);
  const typical = median(apart);
  return OVERLAP_FAULTS * (steps.length - apart.length) + apart.filter((step) => Math.abs(step - typical) > UNEVEN_SHARE * typical).length;
}

/** Groups in the order in which their first member comes. */
function partition(slices: readonly SliceHeader[], key: (slice: SliceHeader) => string): readonly (readonly SliceHeader[])[] {
  const parts = new Map<string, SliceHeader[]>();
  for (const slice of slices) {
    const name = key(slice);
    const part = parts.get(name);
    if (part === undefined) parts.set(name, [slice]);
    else part.push(slice);
  }
  return [...parts.values()];
}

function keyOf(...values: readonly unknown[]): string {
  return JSON.stringify(values);
}
