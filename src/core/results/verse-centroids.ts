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
import type { LevelPick } from '../levels/pick.ts';
import { compareVertebrae, spineWith, type VertebraName } from '../levels/vertebra-name.ts';

/** VerSe labels: 8 to 19 T1 to T12, 20 to 25 L1 to L6, 26 the sacrum, 28 T13; 1 to 7, C1 to C7, are not picked here. */
const NAME_OF_LABEL: Readonly<Record<number, VertebraName>> = {
  8: 'T1', 9: 'T2', 10: 'T3', 11: 'T4', 12: 'T5', 13: 'T6', 14: 'T7', 15: 'T8', 16: 'T9', 17: 'T10', 18: 'T11', 19: 'T12',
  20: 'L1', 21: 'L2', 22: 'L3', 23: 'L4', 24: 'L5', 25: 'L6', 26: 'S1', 28: 'T13',
};
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
  /** Vertebrae of the file that most spines lack: T13, L6. */
  readonly extraVertebrae: readonly VertebraName[];
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
    const level = NAME_OF_LABEL[label];
    if (level === undefined) continue;
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
  picks.sort((one, other) => compareVertebrae(one.level, other.level));
  if (picks.length === 0) return fail({ code: 'verse-no-levels', sentence: 'The centroid file holds no vertebra from T1 to S1.' });
  const warnings = checkPicks(picks);
  const odd = warnings.find(({ levels }) => levels[1] !== 'S1');
  if (odd !== undefined) return notPlaced(odd.sentence.replace(/:.*$/, ''));
  // Label 26 is S1 or the whole sacrum, by file: only the first has its centre where S1 is.
  const placed = warnings.length > 0 ? picks.filter(({ level }) => level !== 'S1') : picks;
  const usual = spineWith([]);
  return ok({ picks: placed, extraVertebrae: placed.flatMap(({ level }) => (usual.includes(level) ? [] : [level])) });
}
