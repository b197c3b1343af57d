import { stepVectors } from '../geometry/affine.ts';
import type { SeriesGrid, SliceHeader } from './series.ts';

/** T10 to L5 are about 250 mm long (VerSe 2020 centroids); more coverage than that adds nothing. */
const SPINE_LENGTH_MM = 250;

/**
 * How likely a series is to show T10 to L5 in a way that can be measured, for choosing one of a study: coverage along
 * the patient's long axis first, then thin slices, a kernel made for soft tissue, and the words of the header. Only the
 * order means something. Negative infinity without a grid.
 */
export function spineScore(slices: readonly SliceHeader[], grid: SeriesGrid | null): number {
  const first = slices[0];
  if (grid === null || first === undefined) return Number.NEGATIVE_INFINITY;
  const words = [first.bodyPartExamined, first.seriesDescription, first.studyDescription].join(' ').toUpperCase();
  return (
    5 * Math.min(1, headFeetExtentMm(grid) / SPINE_LENGTH_MM) +
    thicknessPoints(Math.max(grid.spacingMm[2], first.sliceThickness ?? 0)) +
    kernelPoints(first.convolutionKernel) +
    // Ties go to the larger stack.
    Math.min(grid.sizeVox[2], 1000) / 10000 +
    bodyPoints(words)
  );
}

/** Extent of the grid's box along the patient's z axis, mm. */
function headFeetExtentMm(grid: SeriesGrid): number {
  const [i, j, k] = stepVectors(grid.indexToWorld);
  const [ni, nj, nk] = grid.sizeVox;
  return Math.abs(i[2]) * ni + Math.abs(j[2]) * nj + Math.abs(k[2]) * nk;
}

/** Trabecular regions are about 10 mm high: slices above 3 mm blur the endplates into them, above 5 mm they fill them. */
function thicknessPoints(thicknessMm: number): number {
  if (thicknessMm <= 1.5) return 2;
  if (thicknessMm <= 3) return 1.5;
  return thicknessMm <= 5 ? 0.5 : 0;
}

/**
 * Siemens names rise with sharpness (B10 to B80, Br32 to Hr68); GE and Philips use words and letters. Sharp kernels
 * amplify noise in trabecular bone.
 */
function kernelPoints(kernel: string | null): number {
  const name = (kernel ?? '').toUpperCase();
  const siemens = /^(?:[A-Z]{1,2})(\d{2})/.exec(name);
  if (siemens !== null) return Number(siemens[1]) < 50 ? 1 : 0;
  if (/STANDARD|SOFT|STND|FC0|FC1/.test(name)) return 1;
  return /BONE|LUNG|EDGE|SHARP/.test(name) ? 0 : 0.5;
}

const BODY_WORDS: readonly (readonly [RegExp, number])[] = [
  [/SPINE|LUMB|LWS|LSP|WIRBEL|VERTEB/, 3],
  [/ABD|PELV|TRUNK|WHOLE ?BODY|\bTAP\b|\bCAP\b|BODY/, 2],
  [/CHEST|THORA|LUNG/, 1],
  [/HEAD|BRAIN|SKULL|NECK|SINUS|CEREB|CRAN|KNEE|FOOT|HAND|ANKLE|WRIST|SHOULDER/, -3],
];

function bodyPoints(words: string): number {
  return BODY_WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 0;
}
