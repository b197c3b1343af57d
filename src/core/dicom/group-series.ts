import type { FileFault } from './file-fault.ts';
import type { SliceHeader } from './series.ts';
import { axesOf, haveSameAxes, heightOf, type SliceAxes } from './slice-geometry.ts';

/** Slices that belong together by their headers; whether they form a grid is check-series' question. */
export type SliceGroup = {
  readonly slices: readonly SliceHeader[];
  /** True where the slices' series was taken apart into several groups. */
  readonly isPart: boolean;
};

/** Two slices nearer than this along the normal are at the same position, mm. */
export const SAME_POSITION_MM = 0.01;

/**
 * Groups slices into candidates for one grid each: by series, then by kind, size and orientation, then, where slices
 * lie on top of each other, by whatever header field tells the stacks apart.
 * Copies of one slice (same SOPInstanceUID and place) stay once; the others come back as faults.
 */
export function groupSlices(headers: readonly SliceHeader[]): {
  readonly groups: readonly SliceGroup[];
  readonly duplicates: readonly FileFault[];
} {
  const { kept, duplicates } = withoutCopies(headers);
  const groups = partition(kept, seriesKey).flatMap((series) => {
    const parts = partition(series, kindKey).flatMap(byOrientation).flatMap(separateStacks);
    return parts.map((slices) => ({ slices, isPart: parts.length > 1 }));
  });
  return { groups, duplicates };
}

function withoutCopies(headers: readonly SliceHeader[]): { kept: SliceHeader[]; duplicates: FileFault[] } {
  const seen = new Set<string>();
  const kept: SliceHeader[] = [];
  const duplicates = new Map<number, FileFault>();
  for (const header of headers) {
    // Bad anonymisers give one UID to many slices, so the place counts too.
    const key = header.sopInstanceUid === null ? null : keyOf(header.sopInstanceUid, header.frame, header.seriesInstanceUid, header.instanceNumber, header.imagePositionPatient);
    if (key !== null && seen.has(key)) {
      duplicates.set(header.fileId, { code: 'duplicate-file', fileName: header.fileName });
      continue;
    }
    if (key !== null) seen.add(key);
    kept.push(header);
  }
  return { kept, duplicates: [...duplicates.values()] };
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
];

/**
 * Takes stacks at the same positions apart by the field that leaves the fewest slices on top of each other, and of
 * those the one that makes the fewest parts (an acquisition number can count single rotations). Slices that no field
 * separates stay together and are refused later.
 */
function separateStacks(slices: readonly SliceHeader[]): readonly (readonly SliceHeader[])[] {
  const overlaps = countOverlaps(slices);
  if (overlaps === 0) return [slices];
  const best = STACK_FIELDS.map((field) => partition(slices, field))
    .filter((parts) => parts.length > 1)
    .map((parts) => ({ parts, left: parts.reduce((sum, part) => sum + countOverlaps(part), 0) }))
    .toSorted((a, b) => a.left - b.left || a.parts.length - b.parts.length)[0];
  return best === undefined || best.left >= overlaps ? [slices] : best.parts.flatMap(separateStacks);
}

/** Slices that lie at the position of another one before them; slices without position do not count. */
function countOverlaps(slices: readonly SliceHeader[]): number {
  const first = slices[0];
  const axes = first === undefined ? null : axesOf(first);
  if (axes === null) return 0;
  const heights = slices.map((slice) => heightOf(slice, axes)).filter((height) => height !== null);
  const sorted = heights.toSorted((a, b) => a - b);
  return sorted.filter((height, index) => index > 0 && height - (sorted[index - 1] ?? height) < SAME_POSITION_MM).length;
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
