import type { WorldVector } from '#src/core/geometry/spaces.ts';
import { PLANE_AXES, type Plane } from './plane.ts';

const LETTERS = [['R', 'L'], ['A', 'P'], ['F', 'H']] as const;

// An axis that is less than 1 % of the direction is left out: rounding, not obliquity.
const NEGLIGIBLE = 0.01;

/** Patient orientation of a direction in LPS, the largest component first, as DICOM PatientOrientation (0020,0020) words it. */
export function orientationLetters(direction: WorldVector): string {
  return direction
    .map((component, axis) => ({ size: Math.abs(component), letter: LETTERS[axis]?.[component < 0 ? 0 : 1] ?? '' }))
    .filter(({ size }) => size > NEGLIGIBLE)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join('');
}

function opposite(direction: WorldVector): WorldVector {
  return [-direction[0], -direction[1], -direction[2]];
}

/** Letters for the four edges of a plane's canvas. */
export function edgeLetters(plane: Plane): { readonly left: string; readonly right: string; readonly top: string; readonly bottom: string } {
  const { right, up } = PLANE_AXES[plane];
  return {
    left: orientationLetters(opposite(right)),
    right: orientationLetters(right),
    top: orientationLetters(up),
    bottom: orientationLetters(opposite(up)),
  };
}
