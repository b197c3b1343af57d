/**
 * Reads VerSe centroid files (`*_ctd.json`): a list whose first item states the axes, `{ "direction": ["P", "I", "R"] }`, as
 * nibabel's axis codes (an index grows towards that side), and whose other items are `{ "label", "X", "Y", "Z" }` in voxel
 * indices of the image in those axes, first voxel 0. Checked against the masks of VerSe 004 and 010 (shared/data/shapes).
 * The file does not hold the image's place in space, so it is placed on the open series' own grid, and only where nothing
 * speaks against that.
 */
import { z } from 'zod';
import { fail, ok, type Result } from '#src/lib/result.ts';
import type { SeriesGrid } from '../dicom/series.ts';
import { indexToWorld, stepVectors } from '../geometry/affine.ts';
import { voxelIndex } from '../geometry/spaces.ts';
import { checkPicks } from '../levels/check-picks.ts';
import { LEVELS, type Level } from '../levels/level.ts';
import type { LevelPick } from '../levels/pick.ts';

/** VerSe labels: 1 to 7 C1 to C7, 8 to 19 T1 to T12, 20 to 25 L1 to L6, 28 T13. */
const FIRST_LABEL = 17;
const EXTRA_LABELS: Readonly<Record<number, string>> = { 25: 'L6', 28: 'T13' };
/** An axis belongs to a side of the patient when this much of it points there (within about 30°). */
const MIN_ALIGNMENT = 0.85;
/** Files that state their voxel size may differ by this much from the series, mm. */
const ZOOM_TOLERANCE_MM = 0.01;

const AXIS_CODES = ['L', 'R', 'P', 'A', 'S', 'I'] as const;
type AxisCode = (typeof AXIS_CODES)[number];
/** LPS axis and sign of each code. */
const CODE_AXES: Readonly<Record<AxisCode, readonly [axis: 0 | 1 | 2, sign: 1 | -1]>> = {
  L: [0, 1], R: [0, -1], P: [1, 1], A: [1, -1], S: [2, 1], I: [2, -1],
};

const code = z.enum(AXIS_CODES);
const head = z.object({
  direction: z.tuple([code, code, code]),
  zoom: z.tuple([z.number(), z.number(), z.number()]).optional(),
  shape: z.tuple([z.number(), z.number(), z.number()]).optional(),
});
const centroid = z.object({ label: z.number(), X: z.number(), Y: z.number(), Z: z.number() });

export type VerseProblem = {
  readonly code: 'verse-unreadable' | 'verse-not-placed' | 'verse-no-levels';
  readonly sentence: string;
};

export type VersePicks = {
  readonly picks: readonly LevelPick[];
  /** Vertebrae of the file that cannot be picked here but change the count: T13, L6. */
  readonly extraVertebrae: readonly string[];
};

function unreadable(detail: string): Result<never, VerseProblem> {
  return fail({ code: 'verse-unreadable', sentence: `The centroid file was refused: ${detail}.` });
}

function notPlaced(reason: string): Result<never, VerseProblem> {
  return fail({ code: 'verse-not-placed', sentence: `The centroid file cannot be placed on this series with certainty: ${reason}.` });
}

type GridAxis = { readonly gridAxis: 0 | 1 | 2; readonly flipped: boolean };

/** The series axis that runs along each axis of the file, or null where the series lies too oblique to tell. */
function matchAxes(grid: SeriesGrid, direction: readonly AxisCode[]): readonly GridAxis[] | null {
  const steps = stepVectors(grid.indexToWorld).map((step) => step.map((value) => value / Math.hypot(...step)));
  const matched: GridAxis[] = [];
  for (const axisCode of direction) {
    const [lps, sign] = CODE_AXES[axisCode];
    const gridAxis = ([0, 1, 2] as const).find((axis) => Math.abs(steps[axis]?.[lps] ?? 0) >= MIN_ALIGNMENT);
    if (gridAxis === undefined || matched.some((other) => other.gridAxis === gridAxis)) return null;
    matched.push({ gridAxis, flipped: (steps[gridAxis]?.[lps] ?? 0) * sign < 0 });
  }
  return matched;
}

/** Why a file that states its own voxel size or count is not of this series; null where it agrees or is silent. */
function contradiction({ zoom, shape }: z.infer<typeof head>, axes: readonly GridAxis[], grid: SeriesGrid): string | null {
  for (const [fileAxis, { gridAxis }] of axes.entries()) {
    const [size, spacing] = [shape?.[fileAxis], zoom?.[fileAxis]];
    if (size !== undefined && Math.round(size) !== grid.sizeVox[gridAxis]) return 'its number of voxels differs';
    if (spacing !== undefined && Math.abs(spacing - grid.spacingMm[gridAxis]) > ZOOM_TOLERANCE_MM) return 'its voxel size differs';
  }
  return null;
}

function levelOfLabel(label: number): Level | null {
  return label < FIRST_LABEL ? null : (LEVELS[label - FIRST_LABEL] ?? null);
}

/**
 * Centroids of a VerSe file as proposed picks on the open series. Refused where the axes cannot be matched, a centroid lies
 * outside the scan, or labels and distances do not look like a spine on this grid.
 * @param json parsed JSON of the file
 * @param grid of the series that the centroids belong to
 */
export function readVerseCentroids(json: unknown, grid: SeriesGrid): Result<VersePicks, VerseProblem> {
  if (!Array.isArray(json)) return unreadable('it is not a list');
  const parsedHead = head.safeParse(json[0]);
  if (!parsedHead.success) return unreadable('its first item does not state three axis directions such as "P", "I", "R"');
  const centroids: z.infer<typeof centroid>[] = [];
  for (const [index, item] of json.slice(1).entries()) {
    const parsed = centroid.safeParse(item);
    if (!parsed.success) return unreadable(`item ${index + 2} lacks a number in its field ${String(parsed.error.issues[0]?.path[0] ?? 'label')}`);
    centroids.push(parsed.data);
  }
  const axes = matchAxes(grid, parsedHead.data.direction);
  if (axes === null) return notPlaced('the axes of the file and of the scan do not match');
  const reason = contradiction(parsedHead.data, axes, grid);
  if (reason !== null) return notPlaced(reason);
  const picks: LevelPick[] = [];
  for (const { label, X, Y, Z } of centroids) {
    const level = levelOfLabel(label);
    if (level === null) continue;
    if (picks.some((pick) => pick.level === level)) return unreadable(`it names ${level} twice`);
    const index: [number, number, number] = [0, 0, 0];
    for (const [fileAxis, { gridAxis, flipped }] of axes.entries()) {
      const value = [X, Y, Z][fileAxis] ?? Number.NaN;
      const size = grid.sizeVox[gridAxis];
      if (value < -0.5 || value > size - 0.5) return notPlaced(`${level} would lie outside the scan`);
      index[gridAxis] = flipped ? size - 1 - value : value;
    }
    picks.push({ level, centreLps: indexToWorld(grid.indexToWorld, voxelIndex(...index)), state: 'proposed' });
  }
  if (picks.length === 0) return fail({ code: 'verse-no-levels', sentence: 'The centroid file holds no vertebra from T10 to L5.' });
  const extraVertebrae = centroids.flatMap(({ label }) => EXTRA_LABELS[label] ?? []);
  // Between T12 and L1 a T13 doubles the distance.
  const odd = checkPicks(picks).find(({ levels }) => !(extraVertebrae.includes('T13') && levels[1] === 'L1'));
  return odd === undefined ? ok({ picks, extraVertebrae }) : notPlaced(odd.sentence.replace(/:.*$/, ''));
}
