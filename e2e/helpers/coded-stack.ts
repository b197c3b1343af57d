import type { Lps, MemoryFile } from './app.ts';

export const SLICES = 20;
// The geometry of scripts/reference/cases.py: turned about the long axis, unequal spacings.
const STEP_MM = 2.5;
const FIRST_Z = '-840.5';
const ORIGIN = [-31.5, 17.25, Number(FIRST_Z)] as const;
const [ROW, COLUMN] = [[0.8, 0.6], [-0.6, 0.8]] as const;
const [BETWEEN_COLUMNS, BETWEEN_ROWS] = [0.8, 1.1];

/** Middle of the voxel in column i and row j of slice k. */
export function pointOf(i: number, j: number, k: number): Lps {
  const x = ORIGIN[0] + ROW[0] * BETWEEN_COLUMNS * i + COLUMN[0] * BETWEEN_ROWS * j;
  const y = ORIGIN[1] + ROW[1] * BETWEEN_COLUMNS * i + COLUMN[1] * BETWEEN_ROWS * j;
  return [x, y, ORIGIN[2] + k * STEP_MM];
}

/** Column and row of an LPS point, in voxels and their fractions; whole numbers at the middle of one. */
export function voxelAt([x, y]: readonly [number, number, ...number[]]): readonly [number, number] {
  const [dx, dy] = [x - ORIGIN[0], y - ORIGIN[1]];
  return [(dx * ROW[0] + dy * ROW[1]) / BETWEEN_COLUMNS, (dx * COLUMN[0] + dy * COLUMN[1]) / BETWEEN_ROWS];
}

/** The one slice of a reference file, put at twenty heights: all numbers keep their length, so nothing else of the file changes. */
export function stackOf(file: Uint8Array): MemoryFile[] {
  return Array.from({ length: SLICES }, (_none, k) => {
    const z = (Number(FIRST_Z) + STEP_MM * k).toFixed(1);
    const buffer = Buffer.from(Buffer.from(file).toString('latin1').replace(`\\${FIRST_Z}`, `\\${z}`), 'latin1');
    return { name: `slice-${k + 1}.dcm`, mimeType: 'application/dicom', buffer };
  });
}
