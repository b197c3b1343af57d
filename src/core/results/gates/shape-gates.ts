import type { WorldPoint } from '../../geometry/spaces.ts';
import type { VertebraFit } from '../../measure/vertebra-fit.ts';
import type { LevelWarning } from '../level-result.ts';
import { warn, type GateInput } from './gate-input.ts';
import { GATE_LIMITS } from './limits.ts';

/** What the fitted body says of the mark and the region. */
export function shapeWarnings({ fit, roiSource, pick }: GateInput): readonly LevelWarning[] {
  const isEdited = roiSource === 'edited';
  const edited = isEdited ? [warn('note', 'roi-edited', 'The measuring region was placed by the reader.')] : [];
  if (fit === undefined) return edited;
  return [...edited, ...(fit === null ? [unfittedWarning(isEdited)] : placeWarnings(fit, pick.centreLps))];
}

/** A region that follows the mark alone agrees with a hand-placed one about half as often as that of a fitted body (docs/evaluation/measuring.md); the reader's own does not depend on it. */
function unfittedWarning(isRoiEdited: boolean): LevelWarning {
  if (isRoiEdited) return warn('note', 'no-fit', 'The edges of this body were not found with confidence, so no heights are given.');
  const sentence = 'The edges of this body were not found with confidence, so the region lies by the mark alone and no heights are given: move the mark to the middle of the body, or place the region by hand.';
  return warn('mark', 'no-fit', sentence);
}

function placeWarnings(fit: VertebraFit, centreLps: WorldPoint): readonly LevelWarning[] {
  const distance = Math.hypot(...fit.centreLps.map((value, axis) => value - (centreLps[axis] ?? 0)));
  if (distance <= GATE_LIMITS.offBodyMm) return [];
  return [warn('mark', 'mark-off-body', `The mark lies ${Math.round(distance)} mm from the centre of the body: move it there, or check what it marks.`)];
}
