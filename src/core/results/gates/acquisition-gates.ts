import type { AcquisitionFacts } from '../../dicom/series.ts';
import type { LevelWarning } from '../level-result.ts';
import { warn } from './gate-input.ts';
import { GATE_LIMITS } from './limits.ts';

/**
 * What the header, or the reader in its place, says against the numbers of every level.
 * @param isCalibrated density comes from the scanner's own calibration, whatever the tube voltage
 */
export function acquisitionWarnings({ kvp, sliceThicknessMm, contrast }: AcquisitionFacts, isCalibrated = false): readonly LevelWarning[] {
  const warnings: LevelWarning[] = [];
  const { kvp: range, sliceThicknessMm: thick } = GATE_LIMITS;
  // A calibration gives a density at any voltage, and says itself where the voltage is not its own.
  if (kvp === null && !isCalibrated) {
    warnings.push(warn('mark', 'kvp-unknown', 'No tube voltage is known for these images, so no density is computed from the attenuation.'));
  } else if (kvp !== null && !isCalibrated && (kvp < range.min || kvp > range.max)) {
    const sentence = `The tube voltage of ${kvp} kVp is outside ${range.min} to ${range.max} kVp, so no density is computed from the attenuation.`;
    warnings.push(warn('mark', 'kvp-out-of-range', sentence));
  }
  if (sliceThicknessMm === null) {
    warnings.push(warn('mark', 'thickness-unknown', 'The header gives no slice thickness: thick slices mix the endplates into the numbers.'));
  } else if (sliceThicknessMm > thick.refuse) {
    const sentence = `The slices are ${formatMm(sliceThicknessMm)} mm thick; above ${thick.refuse} mm no density is given.`;
    warnings.push(warn('refuse', 'slices-too-thick', sentence));
  } else if (sliceThicknessMm > thick.mark) {
    const sentence = `The slices are ${formatMm(sliceThicknessMm)} mm thick; above ${thick.mark} mm the endplates blur into the measured region.`;
    warnings.push(warn('mark', 'slices-thick', sentence));
  }
  if (contrast === true) {
    // Unenhanced to arterial and portal venous: +13.5 and +18.2 HU; +14.4 (11 %) and +25.7 HU (21 %) in another cohort (2.5).
    const sentence = 'Contrast agent was given, which raises vertebral attenuation by about 14 to 26 HU (11 to 21 %), so density reads too high.';
    warnings.push(warn('mark', 'contrast', sentence));
  }
  return warnings;
}

function formatMm(value: number): string {
  return String(Math.round(value * 10) / 10);
}
