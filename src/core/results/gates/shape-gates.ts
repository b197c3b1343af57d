import type { WorldPoint } from '../../geometry/spaces.ts';
import type { VertebraFit } from '../../measure/vertebra-fit.ts';
import type { LevelWarning } from '../level-result.ts';
import { warn, type GateInput } from './gate-input.ts';
import { GATE_LIMITS } from './limits.ts';

/** What the fitted body says of the mark and the region. */
export function shapeWarnings({ fit, isRoiEdited, pick }: GateInput): readonly LevelWarning[] {
  const edited = isRoiEdited === true ? [warn('note', 'roi-edited', 'The measuring region was placed by the reader.')] : [];
  if (fit === undefined) return edited;
  if (fit === null) return [...edited, warn('note', 'no-fit', 'The edges of this body were not found with confidence: the region is measured in patient axes, and no heights are given.')];
  return [...edited, ...placeWarnings(fit, pick.centreLps)];
}

function placeWarnings(fit: VertebraFit, centreLps: WorldPoint): readonly LevelWarning[] {
  const distance = Math.hypot(...fit.centreLps.map((value, axis) => value - (centreLps[axis] ?? 0)));
  if (distance <= GATE_LIMITS.offBodyMm) return [];
  return [warn('mark', 'mark-off-body', `The mark lies ${Math.round(distance)} mm from the centre of the body: move it there, or check what it marks.`)];
}
