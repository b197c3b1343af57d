import type { WorldPoint, WorldVector } from '#src/core/geometry/spaces.ts';

/** The three patient planes. They follow the patient's axes, whatever the orientation of the scan's slices. */
export type Plane = 'sagittal' | 'axial' | 'coronal';

/** The planes, and the sheet along the spine laid flat. */
export type Pane = Plane | 'straightened';

export const PLANES: readonly Plane[] = ['sagittal', 'axial', 'coronal'];

/** Unit vectors in LPS. */
export type PlaneAxes = {
  /** Direction to the right edge of the screen. */
  readonly right: WorldVector;
  /** Direction to the upper edge of the screen. */
  readonly up: WorldVector;
  /** From the image towards the reader: right × up. */
  readonly towardsReader: WorldVector;
  /** Direction in which slice numbers rise. */
  readonly sliceOrder: WorldVector;
};

/**
 * Radiological display convention: axial seen from the feet (patient's right on the left of the screen, anterior up),
 * coronal seen from the front, sagittal with anterior on the left of the screen. Slices are counted from head to feet,
 * from the patient's right to left, and from front to back.
 */
export const PLANE_AXES: Readonly<Record<Plane, PlaneAxes>> = {
  sagittal: { right: [0, 1, 0], up: [0, 0, 1], towardsReader: [1, 0, 0], sliceOrder: [1, 0, 0] },
  axial: { right: [1, 0, 0], up: [0, -1, 0], towardsReader: [0, 0, -1], sliceOrder: [0, 0, -1] },
  coronal: { right: [1, 0, 0], up: [0, 0, 1], towardsReader: [0, -1, 0], sliceOrder: [0, 1, 0] },
};

export function dot(a: WorldVector | WorldPoint, b: WorldVector | WorldPoint): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
