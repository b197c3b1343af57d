import { calibrationDoubts } from '../measure/calibration.ts';
import type { DensityConversion } from '../measure/density-reading.ts';
import type { LevelWarning } from './level-result.ts';

/** What speaks against the way in which attenuation became density: an old or foreign calibration. */
export function conversionWarnings({ calibration, scan }: DensityConversion): readonly LevelWarning[] {
  if (calibration === null) return [];
  return calibrationDoubts(calibration, scan).map(({ code, sentence }) => ({ code, effect: 'mark', sentence }));
}
