import type { LevelPick } from '../levels/pick.ts';
import type { VertebraName } from '../levels/vertebra-name.ts';
import { deviceEstimate, isEstimateRefused, isProbabilityContradicted } from './display-class.ts';
import type { Estimate, LevelResult } from './level-result.ts';
import { usableLevels } from './usable-levels.ts';

/** What a DXA of the spine reads (ISCD; domain.md 2.1). */
const DXA_LEVELS: ReadonlySet<VertebraName> = new Set(['L1', 'L2', 'L3', 'L4']);
const MIN_LEVELS = 2;

/** The network on the patient as a whole. */
export type PatientProbability = { readonly estimate: Estimate; readonly levels: readonly VertebraName[] };

/**
 * Mean over L1 to L4 of the probabilities that the level's own T-score is −2.5 or lower on a DXA scale; null with fewer than two levels
 * whose probability no density contradicts: those that a gate says not to rely on speak for nobody. The ends of the interval are the means of
 * the levels' ends: levels of one patient err together, so their mean is no surer than they are. It is the mean of what the levels say and was
 * not calibrated against diagnoses of patients.
 */
export function patientProbability(results: readonly LevelResult[], picks: readonly LevelPick[], deviceId: string): PatientProbability | null {
  const found = usableLevels(results, picks).flatMap((result) => {
    const isSaid = !isEstimateRefused(result) && !isProbabilityContradicted(result);
    const device = result.network && isSaid && DXA_LEVELS.has(result.level) ? deviceEstimate(result.network, deviceId) : undefined;
    return device ? [{ level: result.level, osteoporosis: device.osteoporosis }] : [];
  });
  if (found.length < MIN_LEVELS) return null;
  const mean = (part: keyof Estimate): number => found.reduce((sum, { osteoporosis }) => sum + osteoporosis[part], 0) / found.length;
  return { estimate: { value: mean('value'), low: mean('low'), high: mean('high') }, levels: found.map(({ level }) => level) };
}
