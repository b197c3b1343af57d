import { quotable } from '#src/lib/foreign-text.ts';
import { factsOf, isSynthetic } from './acquisition-facts.ts';
import { checkImages } from './check-images.ts';
import { checkStack, MIN_COVERAGE_MM, MIN_SLICES, mm, plural, sortStack, spacingTolerance, type Stack } from './check-stack.ts';
import type { SliceGroup } from './group-series.ts';
import { partsOf } from './series-parts.ts';
import type { Series, SeriesGrid, SeriesPart, SeriesProblem, SliceHeader } from './series.ts';
import { spineScore } from './spine-score.ts';
import { splitStack, type Cut } from './split-stack.ts';

/**
 * Turns one group of slices into what the series list shows. Every slice of the group is in exactly one Series. Missing slices and a
 * change of their distance make parts of it, each with its own spacing, and leave pieces too short to open in one refused Series.
 * A Series with a grid is openable: its slices are sorted by ascending position along the normal (row × column) and regular within
 * the tolerances of check-stack.ts. Without a grid at least one problem refuses it.
 * @param id prefix of the ids, unique among the groups of one opening
 */
export function checkSeries(group: SliceGroup, id: string): readonly Series[] {
  const name = nameOf(group);
  const problems = checkImages(group, name);
  const stack = sortStack(group.slices);
  if (stack === null || problems.some((problem) => problem.effect === 'refuse')) {
    return [makeSeries(group, id, null, { slices: byInstanceNumber(group.slices), grid: null, problems })];
  }
  const { runs, cuts } = splitStack(stack);
  if (runs.length === 1) return [checkedSeries(group, id, null, stack, name, problems)];
  const parts = partsOf(runs, cuts);
  const series = runs.flatMap((run, n) => {
    const part = parts[n] ?? null;
    if (part === null) return [];
    // A part names the cuts at its own two ends.
    const ownCuts = cuts.slice(Math.max(0, n - 1), n + 1).map((cut) => cutNote(cut, name));
    const partName = part.count === 1 ? name : `${name}, part ${part.number} of ${part.count},`;
    return [checkedSeries(group, id, part, run, partName, [...problems, ...ownCuts])];
  });
  const rest = runs.filter((_, n) => (parts[n] ?? null) === null).flatMap((run) => run.slices);
  return rest.length === 0 ? series : [...series, makeSeries(group, `${id}.rest`, null, { slices: rest, grid: null, problems: [tooShort(rest.length, name)] })];
}

/** The slice that stands for the series in a thumbnail. */
export function middleSlice(series: Series): SliceHeader {
  const slice = series.slices[Math.floor(series.slices.length / 2)];
  if (slice === undefined) throw new Error('A series has at least one slice.');
  return slice;
}

function checkedSeries(group: SliceGroup, groupId: string, part: SeriesPart | null, run: Stack, name: string, problems: readonly SeriesProblem[]): Series {
  const { slices } = run;
  const checked = checkStack(run, name);
  return makeSeries(group, groupId, part, { slices, grid: checked.grid, problems: [...problems, ...checked.problems, ...tiltNote(slices, checked.grid, name)] });
}

function makeSeries(
  group: SliceGroup,
  groupId: string,
  part: SeriesPart | null,
  { slices, grid, problems }: Pick<Series, 'slices' | 'grid' | 'problems'>,
): Series {
  const first = slices[0];
  if (first === undefined) throw new Error('A group has at least one slice.');
  return {
    // By its first slice: another part keeps its id when this one falls apart.
    id: part === null ? groupId : `${groupId}.${first.fileId}.${first.frame}`,
    groupId,
    label: group.label,
    part,
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

/** What the user would call the series: its description, else its number, else its first file; and what sets it apart. */
function nameOf({ slices, label }: SliceGroup): string {
  const first = slices[0];
  if (first === undefined) return 'The series';
  const which = label === null ? '' : ` (${label})`;
  if (first.seriesDescription !== null) return `Series “${quotable(first.seriesDescription)}”${which}`;
  if (first.seriesNumber !== null) return `Series ${first.seriesNumber}${which}`;
  return slices.length === 1 ? `The image ${quotable(first.fileName)}` : `The series of ${quotable(first.fileName)}${which}`;
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

function cutNote({ kind, fromMm, toMm, missing, spacingsMm: [below, above] }: Cut, name: string): SeriesProblem {
  const where = `between ${fromMm.toFixed(1)} and ${toMm.toFixed(1)} mm along the scan axis`;
  if (kind === 'spacing') {
    const isSame = below !== null && above !== null && Math.abs(below - above) <= spacingTolerance(below);
    const what = isSame || below === null || above === null ? `has one uneven step of ${mm(toMm - fromMm)} mm` : `changes its slice distance from ${mm(below)} to ${mm(above)} mm`;
    return { code: 'slice-distance', effect: 'note', sentence: `${name} ${what} ${where}, so the parts on both sides are listed apart, each with its own distance.` };
  }
  const what = missing === null ? 'has a gap' : `lacks ${plural(missing, 'slice')}`;
  return { code: 'missing-slices', effect: 'note', sentence: `${name} ${what} ${where}, so the parts on both sides are listed apart; get the missing files for the whole.` };
}

function tooShort(count: number, name: string): SeriesProblem {
  const sentence = `${name} has ${plural(count, 'slice')} beside its parts, in pieces too short for three planes (at least ${MIN_SLICES} over ${MIN_COVERAGE_MM} mm are needed); get the missing files.`;
  return { code: 'too-few-slices', effect: 'refuse', sentence };
}
