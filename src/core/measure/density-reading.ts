import { calibratedVbmd, calibrationErrorMgCm3, type CalibratedScan, type ScannerCalibration } from './calibration.ts';
import { contrastRise, type ContrastPhase } from './contrast-rise.ts';
import { huToVbmd, slopeAtKvp } from './hu-to-vbmd.ts';
import type { RoiMeasurement } from './roi.ts';

/** Which line turned attenuation into density. */
export type DensityMethod =
  | { readonly kind: 'tube-voltage'; readonly kvp: number; readonly kvpSource: 'header' | 'reader'; readonly huPerMgCm3: number }
  | { readonly kind: 'scanner-calibration'; readonly calibration: ScannerCalibration };

/** A density with its expected error; mg/cm³ hydroxyapatite. */
export type DensityReading = {
  /** As read: no contrast taken off. */
  readonly vbmdMgCm3: number;
  /** Expected error of the conversion; where contrast was given the low end also allows for its largest published rise. */
  readonly lowMgCm3: number;
  readonly highMgCm3: number;
  readonly method: DensityMethod;
  /** The published rise in density of this scan's phase; null without contrast. */
  readonly contrast: { readonly phase: ContrastPhase; readonly riseMgCm3: readonly [low: number, high: number] } | null;
};

/** All that decides how a scan's attenuation becomes density. */
export type DensityConversion = {
  /** The calibration that the reader chose for this series; null: by tube voltage. */
  readonly calibration: ScannerCalibration | null;
  readonly scan: CalibratedScan;
  readonly kvpSource: 'header' | 'reader';
  readonly contrast: boolean | null;
};

/** Phantom-less density is published with 5 to 10 % error (PMC9925590): the larger, as share of the value. */
export const TUBE_VOLTAGE_ERROR_SHARE = 0.1;

/**
 * Trabecular density of a mean attenuation; null where neither a calibration nor a tube voltage of 80 to 140 kVp gives one.
 * @param aortaHu of blood in the aorta, null where it was not found
 */
export function readDensity(meanHu: number, conversion: DensityConversion, aortaHu: number | null): DensityReading | null {
  const { calibration, scan, contrast } = conversion;
  const method = methodOf(conversion);
  const huPerMgCm3 = slopeAtKvp(scan.kvp);
  const vbmdMgCm3 = calibration === null ? huToVbmd(meanHu, scan.kvp) : calibratedVbmd(meanHu, calibration);
  if (method === null || vbmdMgCm3 === null) return null;
  const error = calibration === null ? Math.abs(vbmdMgCm3) * TUBE_VOLTAGE_ERROR_SHARE : calibrationErrorMgCm3(vbmdMgCm3, calibration, scan);
  const rise = contrastRise(contrast, aortaHu, scan.kvp);
  // A calibration's slope is of its own scanner; the phantom's material is a few percent, which a range of 5 to 12 HU does not see.
  const perHu = calibration === null ? 1 / (huPerMgCm3 ?? Number.NaN) : calibration.slopeMgCm3PerHu;
  const riseMgCm3 = rise === null ? null : ([rise.riseHu[0] * perHu, rise.riseHu[1] * perHu] as const);
  return {
    vbmdMgCm3,
    lowMgCm3: vbmdMgCm3 - error - (riseMgCm3?.[1] ?? 0),
    highMgCm3: vbmdMgCm3 + error,
    method,
    contrast: rise === null || riseMgCm3 === null ? null : { phase: rise.phase, riseMgCm3 },
  };
}

/** What turns attenuation into density by this conversion; null where nothing does. */
export function methodOf({ calibration, scan, kvpSource }: DensityConversion): DensityMethod | null {
  if (calibration !== null) return { kind: 'scanner-calibration', calibration };
  const huPerMgCm3 = slopeAtKvp(scan.kvp);
  return scan.kvp === null || huPerMgCm3 === null ? null : { kind: 'tube-voltage', kvp: scan.kvp, kvpSource, huPerMgCm3 };
}

/** Which conversion it was, as the end of a sentence. */
export function describeMethod(method: DensityMethod): string {
  if (method.kind === 'tube-voltage') return `by tube voltage, ${method.kvp} kVp${method.kvpSource === 'reader' ? ' stated by the reader' : ''}`;
  const { name, phantom, measuredOn, kvp } = method.calibration;
  return `by the calibration of ${name}, ${phantom}, ${kvp} kVp, ${measuredOn}`;
}

/** A measurement with the density that this conversion gives in the place of its own. */
export function withDensity(measurement: RoiMeasurement, conversion: DensityConversion, aortaHu: number | null): RoiMeasurement {
  const density = readDensity(measurement.meanHu, conversion, aortaHu);
  return { ...measurement, vbmdMgCm3: density?.vbmdMgCm3 ?? null, density };
}
