import { factsOf, isSynthetic } from './acquisition-facts.ts';
import { checkImages } from './check-images.ts';
import { checkStack, cutAtHoles, sortStack, type Hole } from './check-stack.ts';
import type { SliceGroup } from './group-series.ts';
import type { Series, SeriesGrid, SeriesProblem, SliceHeader } from './series.ts';
import { spineScore } from './spine-score.ts';

/**
 * Turns one group of slices into what the series list shows. Every slice of the group is in exactly one Series. A hole
 * makes two or more of them; otherwise it is one. A Series with a grid is openable: its slices are sorted by ascending
 * position along the normal (row × column) and regular within the tolerances of check-stack.ts. Without a grid at least
 * one problem refuses it.
 * @param id prefix of the ids, unique among the groups of one opening
 */
export function checkSeries(group: SliceGroup, id: string): readonly Series[] {
  const name = nameOf(group.slices);
  const problems = checkImages(group, name);
  const stack = sortStack(group.slices);
  if (stack === null || problems.some((problem) => problem.effect === 'refuse')) {
    return [makeSeries(id, byInstanceNumber(group.slices), null, problems)];
  }
  const { runs, holes } = cutAtHoles(stack);
  const gaps = holes.map((hole) => gapNote(hole, name));
  return runs.map((run, index) => {
    const part = runs.length === 1 ? name : `${name}, part ${index + 1} of ${runs.length},`;
    const checked = checkStack(run, part);
    // A part names the holes at its own two ends.
    const ownGaps = gaps.filter((_, gap) => gap === index || gap === index - 1);
    const runId = runs.length === 1 ? id : `${id}.${index + 1}`;
    return makeSeries(runId, run.slices, checked.grid, [...problems, ...ownGaps, ...checked.problems, ...tiltNote(run.slices, checked.grid, part)]);
  });
}

/** The slice that stands for the series in a thumbnail. */
export function middleSlice(series: Series): SliceHeader {
  const slice = series.slices[Math.floor(series.slices.length / 2)];
  if (slice === undefined) throw new Error('A series has at least one slice.');
  return slice;
}

function makeSeries(
  id: string,
  slices: readonly SliceHeader[],
  grid: SeriesGrid | null,
  problems: readonly SeriesProblem[],
): Series {
  const first = slices[0];
  if (first === undefined) throw new Error('A group has at least one slice.');
  return {
    id,
    seriesInstanceUid: first.seriesInstanceUid,
    studyInstanceUid: first.studyInstanceUid,
    modality: first.modality ?? '',
    description: first.seriesDescription ?? '',
    slices,
    grid,
    acquisition: factsOf(slices),
    isSynthetic: slices.some(isSynthetic),
    problems,
    spineScore: spineScore(slices, grid),
  };
}

function byInstanceNumber(slices: readonly SliceHeader[]): readonly SliceHeader[] {
  return slices.toSorted((a, b) => (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0) || a.fileId - b.fileId || a.frame - b.frame);
}

/** What the user would call the series: its description, else its number, else its first file. */
function nameOf(slices: readonly SliceHeader[]): string {
  const first = slices[0];
  if (first === undefined) return 'The series';
  if (first.seriesDescription !== null) return `Series “${first.seriesDescription}”`;
  if (first.seriesNumber !== null) return `Series ${first.seriesNumber}`;
  return slices.length === 1 ? `The image ${first.fileName}` : `The series of ${first.fileName}`;
}

/** Smaller tilts in the header are rounding: over a 300 mm stack they shift the last slice by less than 3 mm. */
const HEADER_TILT_DEGREES = 0.5;

/** A grid proves that the positions are straight; an old scanner's pixels can be sheared all the same. */
function tiltNote(slices: readonly SliceHeader[], grid: SeriesGrid | null, name: string): readonly SeriesProblem[] {
  const tilt = Math.max(...slices.map((slice) => Math.abs(slice.gantryDetectorTilt ?? 0)));
  if (grid === null || grid.shear !== undefined || tilt <= HEADER_TILT_DEGREES) return [];
  const sentence = `${name} says that the gantry was tilted by ${tilt.toFixed(1)}°, but its slices are placed straight; check that the planes look undistorted.`;
  return [{ code: 'tilt-in-header', effect: 'note', sentence }];
}

function gapNote(hole: Hole, name: string): SeriesProblem {
  const where = `between ${hole.fromMm.toFixed(1)} and ${hole.toMm.toFixed(1)} mm along the scan axis`;
  const what =
    hole.missing === null ? `has a gap ${where}` : `lacks ${hole.missing} slice${hole.missing === 1 ? '' : 's'} ${where}`;
  return { code: 'missing-slices', effect: 'note', sentence: `${name} ${what}, so the parts on both sides are listed apart; get the missing files for the whole.` };
}
