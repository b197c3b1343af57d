/** One lattice of voxels scanned along any axes: the same points of the patient, stored in another order. */
import type { SyntheticCt } from './synthetic-dicom.ts';

type Vector = readonly [number, number, number];

/** Acquisitions by their row and column directions, LPS; slices step along the cross product. */
export const ACQUISITIONS: Readonly<Record<string, SyntheticCt['directions']>> = {
  'axial, supine': [[1, 0, 0], [0, 1, 0]],
  'axial, prone, pixels as scanned': [[-1, 0, 0], [0, -1, 0]],
  'axial, feet first': [[-1, 0, 0], [0, 1, 0]],
  'axial, right decubitus': [[0, 1, 0], [-1, 0, 0]],
  'axial, left decubitus': [[0, -1, 0], [1, 0, 0]],
  sagittal: [[0, 1, 0], [0, 0, -1]],
  'sagittal, from the other side': [[0, -1, 0], [0, 0, -1]],
  coronal: [[1, 0, 0], [0, 0, -1]],
  'coronal, upside down': [[-1, 0, 0], [0, 0, 1]],
};

export type Lattice = {
  /** Points along x, y, z. */
  readonly sizeXyz: Vector;
  readonly spacingXyzMm: Vector;
  /** The point with the lowest x, y and z. */
  readonly lowest: Vector;
};

/** Size, spacing and first pixel of a scan of the lattice along axes that are ± the patient's. */
export function scanLattice({ sizeXyz, spacingXyzMm, lowest }: Lattice, directions: SyntheticCt['directions']): Pick<SyntheticCt, 'sizeVox' | 'spacingMm' | 'origin' | 'directions'> {
  const [row, column] = directions;
  const normal: Vector = [row[1] * column[2] - row[2] * column[1], row[2] * column[0] - row[0] * column[2], row[0] * column[1] - row[1] * column[0]];
  const along = (values: Vector, direction: Vector): number => direction.reduce((sum, part, axis) => sum + Math.abs(part) * (values[axis] ?? 0), 0);
  const axes = [row, column, normal] as const;
  const origin = lowest.map((low, axis) => {
    const isBackwards = axes.some((direction) => (direction[axis] ?? 0) < 0);
    return isBackwards ? low + ((sizeXyz[axis] ?? 1) - 1) * (spacingXyzMm[axis] ?? 0) : low;
  }) as unknown as Vector;
  return {
    directions,
    origin,
    sizeVox: axes.map((direction) => along(sizeXyz, direction)) as unknown as Vector,
    spacingMm: axes.map((direction) => along(spacingXyzMm, direction)) as unknown as Vector,
  };
}
