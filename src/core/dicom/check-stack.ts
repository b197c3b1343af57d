import { makeAffine } from '../geometry/affine.ts';
import { addVector, worldPoint, type WorldVector } from '../geometry/spaces.ts';
import { SAME_POSITION_MM } from './group-series.ts';
import type { SeriesGrid, SeriesProblem, SliceHeader } from './series.ts';
import { axesOf, dot, heightOf, median, scale, type SliceAxes } from './slice-geometry.ts';

// Uniform within 1 % or 0.05 mm, whichever is larger (design.md section 1).
const SPACING_TOLERANCE_SHARE = 0.01;
const SPACING_TOLERANCE_MM = 0.05;
/** A slice may lie off its place in the regular grid by this share of the spacing: small steps of one sign add up. */
const DRIFT_SHARE = 0.25;
/** Sideways drift over the whole stack that is still less than what one pixel can show. */
const SHIFT_SHARE_OF_PIXEL = 0.5;
export const MIN_SLICES = 8;
export const MIN_COVERAGE_MM = 20;

export type Stack = { readonly slices: readonly SliceHeader[]; readonly axes: SliceAxes };

/** Slices sorted by ascending position along the normal; null where any slice lacks position or orientation. */
export function sortStack(slices: readonly SliceHeader[]): Stack | null {
  const first = slices[0];
  const axes = first === undefined ? null : axesOf(first);
  if (axes === null || slices.some((slice) => slice.imagePositionPatient === null)) return null;
  const sorted = slices.toSorted((a, b) => (heightOf(a, axes) ?? 0) - (heightOf(b, axes) ?? 0));
  return { slices: sorted, axes };
}

/**
 * Checks that a sorted stack is one regular grid. Problems that refuse leave the grid null.
 * @param name the series as the user knows it, in every sentence
 */
export function checkStack(stack: Stack, name: string): { readonly grid: SeriesGrid | null; readonly problems: readonly SeriesProblem[] } {
  const steps = checkSteps(stack, name);
  const problems = steps.some((problem) => problem.code === 'duplicate-positions')
    ? steps
    : [...steps, ...checkShift(stack, name), ...checkCoverage(stack, name)];
  const isRefused = problems.some((problem) => problem.effect === 'refuse');
  return { grid: isRefused ? null : gridOf(stack, problems.some((problem) => problem.code === 'gantry-tilt')), problems };
}

/**
 * Regular grid through the first slice, with the mean step; null without size or pixel spacing.
 * A tilted stack gets the straight grid through its middle slice, so that what the shift pushes over the edge is shared by both ends.
 */
function gridOf(stack: Stack, isTilted: boolean): SeriesGrid | null {
  const first = stack.slices[0];
  const heights = heightsOf(stack);
  const count = heights.length;
  if (first === undefined || first.imagePositionPatient === null || first.pixelSpacing === null) return null;
  if (first.rows === null || first.columns === null) return null;
  const spacingMm: SeriesGrid['spacingMm'] = [
    first.pixelSpacing[1],
    first.pixelSpacing[0],
    ((heights[count - 1] ?? 0) - (heights[0] ?? 0)) / (count - 1),
  ];
  const { row, column, normal } = stack.axes;
  const sizeVox: SeriesGrid['sizeVox'] = [first.columns, first.rows, count];
  const origin = worldPoint(...first.imagePositionPatient);
  const last = stack.slices[count - 1];
  if (!isTilted || last === undefined) return { sizeVox, spacingMm, indexToWorld: makeAffine(origin, [row, column, normal], spacingMm) };
  const [alongRow, alongColumn] = offsetInPlane(last, first.imagePositionPatient, stack.axes);
  const straightSlice = Math.floor(count / 2);
  const share = straightSlice / (count - 1);
  const middle = addVector(addVector(origin, scale(row, share * alongRow)), scale(column, share * alongColumn));
  return {
    sizeVox,
    spacingMm,
    indexToWorld: makeAffine(middle, [row, column, normal], spacingMm),
    shear: { pixelsPerSlice: [alongRow / (count - 1) / spacingMm[0], alongColumn / (count - 1) / spacingMm[1]], straightSlice },
  };
}

function checkSteps(stack: Stack, name: string): readonly SeriesProblem[] {
  const heights = heightsOf(stack);
  const steps = stepsOf(heights);
  const stacked = steps.filter((step) => step < SAME_POSITION_MM).length;
  if (stacked > 0) {
    return [refuse('duplicate-positions', `${name} has ${plural(stacked, 'slice')} at the position of another one and no header field tells them apart; export one stack at a time.`)];
  }
  if (isRegular(heights)) return [];
  const range = `${mm(Math.min(...steps))} to ${mm(Math.max(...steps))} mm`;
  return [refuse('uneven-spacing', `${name} has slices at uneven distances (${range}), so planes and measures would be distorted; get the missing files, or open a reconstruction with one slice distance.`)];
}

/** Whether slices lie at one distance, within the tolerances above. */
export function isRegular(heights: readonly number[]): boolean {
  const steps = stepsOf(heights);
  const typical = median(steps);
  const mean = ((heights.at(-1) ?? 0) - (heights[0] ?? 0)) / steps.length;
  const isUneven = steps.some((step) => Math.abs(step - typical) > spacingTolerance(typical));
  return !isUneven && !heights.some((height, k) => Math.abs(height - ((heights[0] ?? 0) + k * mean)) > DRIFT_SHARE * mean);
}

function checkShift(stack: Stack, name: string): readonly SeriesProblem[] {
  const first = stack.slices[0];
  if (first === undefined || first.imagePositionPatient === null || first.pixelSpacing === null) return [];
  const origin = first.imagePositionPatient;
  const sideways = stack.slices.map((slice) => offsetInPlane(slice, origin, stack.axes));
  const limitMm = SHIFT_SHARE_OF_PIXEL * Math.min(...first.pixelSpacing);
  const largest = Math.max(...sideways.map((offset) => Math.hypot(...offset)));
  if (!(largest > limitMm)) return [];
  const heights = heightsOf(stack);
  const length = (heights.at(-1) ?? 0) - (heights[0] ?? 0);
  const end = sideways.at(-1) ?? [0, 0];
  // Tilt: the same shear on every step, so each offset is its share of the last one.
  const isShear = sideways.every((offset, k) => {
    const share = ((heights[k] ?? 0) - (heights[0] ?? 0)) / length;
    return Math.hypot(offset[0] - share * end[0], offset[1] - share * end[1]) <= limitMm;
  });
  if (!isShear) {
    return [refuse('shifted-slices', `${name} has slices shifted sideways against each other by up to ${mm(largest)} mm; open the original reconstruction.`)];
  }
  const degrees = (Math.atan2(Math.hypot(...end), length) * 180) / Math.PI;
  const sentence = `${name} was scanned with a tilted gantry (${degrees.toFixed(1)}°); its slices were shifted onto a straight grid, which blurs them a little; prefer a straight reconstruction.`;
  return [{ code: 'gantry-tilt', sentence, effect: 'note' }];
}

function checkCoverage(stack: Stack, name: string): readonly SeriesProblem[] {
  if (isLongEnough(stack)) return [];
  const count = stack.slices.length;
  const extent = count > 1 ? ` over ${mm(coverageMm(stack))} mm` : '';
  return [refuse('too-few-slices', `${name} has too few slices for three planes (${plural(count, 'slice')}${extent}; at least ${MIN_SLICES} over ${MIN_COVERAGE_MM} mm are needed); open the full series.`)];
}

/** Whether a regular stack has slices enough for three planes. */
export function isLongEnough(stack: Stack): boolean {
  return stack.slices.length >= MIN_SLICES && coverageMm(stack) >= MIN_COVERAGE_MM;
}

/** Slices times their mean distance, mm. */
function coverageMm(stack: Stack): number {
  const heights = heightsOf(stack);
  const count = heights.length;
  return count > 1 ? (count * ((heights[count - 1] ?? 0) - (heights[0] ?? 0))) / (count - 1) : 0;
}

/** Offset of a slice's first pixel from the first slice's, along row and column, mm. */
function offsetInPlane(slice: SliceHeader, origin: WorldVector, axes: SliceAxes): readonly [number, number] {
  const [x, y, z] = slice.imagePositionPatient ?? origin;
  const step: WorldVector = [x - origin[0], y - origin[1], z - origin[2]];
  return [dot(step, axes.row), dot(step, axes.column)];
}

/** Positions along the normal, mm. */
export function heightsOf(stack: Stack): readonly number[] {
  return stack.slices.map((slice) => heightOf(slice, stack.axes) ?? 0);
}

/** From each slice to the next, mm. */
export function stepsOf(heights: readonly number[]): readonly number[] {
  return heights.slice(1).map((height, index) => height - (heights[index] ?? 0));
}

/** How far a step may be from the spacing, mm. */
export function spacingTolerance(spacingMm: number): number {
  return Math.max(SPACING_TOLERANCE_SHARE * spacingMm, SPACING_TOLERANCE_MM);
}

function refuse(code: string, sentence: string): SeriesProblem {
  return { code, sentence, effect: 'refuse' };
}

/** “1 slice”, “2 slices”. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Two decimals at most, without trailing zeros. */
export function mm(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, '');
}
