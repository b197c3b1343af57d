import type { WorldVector } from './spaces.ts';

/** An elliptical cylinder. LPS, mm; the three axes are unit vectors at right angles to each other. */
export type EllipticalCylinder = {
  readonly centreLps: readonly [number, number, number];
  /** Along the cylinder, towards the head. */
  readonly up: WorldVector;
  readonly front: WorldVector;
  readonly left: WorldVector;
  /** Half axis along `left`. */
  readonly halfWidthMm: number;
  /** Half axis along `front`. */
  readonly halfDepthMm: number;
  /** Along `up`, whole. */
  readonly heightMm: number;
};

/** The patient's own axes: LPS. */
export const PATIENT_AXES = { up: [0, 0, 1], front: [0, -1, 0], left: [1, 0, 0] } as const satisfies Pick<EllipticalCylinder, 'up' | 'front' | 'left'>;
