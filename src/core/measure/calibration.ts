import { z } from 'zod';
import { slopeAtKvp } from './hu-to-vbmd.ts';

/** Densities of the two phantom materials differ, so the material is always named (domain.md 2.4). */
export const PHANTOM_MATERIALS = ['hydroxyapatite', 'K2HPO4'] as const;

const numberBetween = (min: number, max: number, sentence: string) => z.number(sentence).min(min, sentence).max(max, sentence);

/**
 * A clinic's own calibration of one scanner at one tube voltage, from a phantom that was scanned apart from patients:
 * density = slope · HU + intercept, in mg/cm³ of the phantom's material.
 */
export const scannerCalibration = z
  .strictObject({
    id: z.string().min(1),
    /** As the clinic calls the scanner. */
    name: z.string().trim().min(1, 'Give the scanner a name.').max(60, 'Give the scanner a name of at most 60 letters.'),
    /** ManufacturerModelName of its images; null: not compared. */
    scannerModel: z.string().trim().min(1).nullable(),
    kvp: numberBetween(70, 150, 'The tube voltage must be between 70 and 150 kVp.'),
    slopeMgCm3PerHu: numberBetween(0.4, 1.2, 'The slope must be between 0.4 and 1.2 mg/cm³ for 1 HU; a slope in HU for 1 mg/cm³ must be turned round.'),
    interceptMgCm3: numberBetween(-60, 60, 'The intercept must be between −60 and 60 mg/cm³.'),
    phantom: z.string().trim().min(1, 'Name the phantom.').max(60, 'Name the phantom in at most 60 letters.'),
    material: z.enum(PHANTOM_MATERIALS),
    /** ISO 8601 day. */
    measuredOn: z.iso.date('Give the day on which the phantom was scanned.'),
  })
  .readonly();

export type ScannerCalibration = z.infer<typeof scannerCalibration>;

/** A scanner has one calibration for a voltage: the newer takes the place of the older. */
export function calibrationId(name: string, kvp: number): string {
  return `${name}|${kvp}`;
}

/** What of the scan is compared with a calibration; null where unknown. */
export type CalibratedScan = {
  readonly kvp: number | null;
  readonly scannerModel: string | null;
  /** Day of the study, or today where the header gives none; ISO 8601. */
  readonly day: string;
};

export type CalibrationDoubt = { readonly code: 'calibration-old' | 'calibration-kvp' | 'calibration-scanner'; readonly sentence: string };

/** Phantom and patient apart: root mean square error 8.0 % against QCT with the phantom beside the patient (PMC5359785). */
const ERROR_SHARE = 0.08;
/** Scanners drift by up to 2.29 HU a year (PMC6682570). */
const DRIFT_HU_PER_YEAR = 2.29;
const FRESH_DAYS = 365;
const DAY_MS = 86_400_000;
/** BMD in K₂HPO₄ over BMD in hydroxyapatite at 80 and 140 kVp (domain.md 2.4). */
const K2HPO4_SHARE = { at80: 0.86, at140: 0.81 } as const;

/** mg/cm³ hydroxyapatite, whatever the phantom is made of. */
export function calibratedVbmd(meanHu: number, { slopeMgCm3PerHu, interceptMgCm3, material, kvp }: ScannerCalibration): number {
  const reading = slopeMgCm3PerHu * meanHu + interceptMgCm3;
  if (material === 'hydroxyapatite') return reading;
  return reading / (K2HPO4_SHARE.at80 + ((kvp - 80) / 60) * (K2HPO4_SHARE.at140 - K2HPO4_SHARE.at80));
}

/**
 * Expected error of a calibrated density, mg/cm³: the published one, the drift since, and what another tube voltage changes.
 * Nothing is known to widen it by where the voltage of the scan is unknown; {@link calibrationDoubts} says so then.
 */
export function calibrationErrorMgCm3(vbmdMgCm3: number, calibration: ScannerCalibration, scan: CalibratedScan): number {
  const [own, other] = [slopeAtKvp(calibration.kvp), slopeAtKvp(scan.kvp)];
  const voltageShare = own === null || other === null ? 0 : Math.abs(other / own - 1);
  const driftHu = Math.max(0, daysBetween(calibration, scan) / 365.25 - 1) * DRIFT_HU_PER_YEAR;
  return Math.abs(vbmdMgCm3) * (ERROR_SHARE + voltageShare) + driftHu * calibration.slopeMgCm3PerHu;
}

/** What speaks against using a calibration for a scan, one sentence each. */
export function calibrationDoubts(calibration: ScannerCalibration, scan: CalibratedScan): readonly CalibrationDoubt[] {
  const { name, kvp, scannerModel, measuredOn } = calibration;
  const doubts: CalibrationDoubt[] = [];
  if (daysBetween(calibration, scan) > FRESH_DAYS) {
    doubts.push({ code: 'calibration-old', sentence: `The calibration of ${name} was measured on ${measuredOn}, more than 12 months from this scan: scanners drift, so measure the phantom again.` });
  }
  if (scan.kvp === null) {
    doubts.push({ code: 'calibration-kvp', sentence: `The calibration of ${name} holds for ${kvp} kVp, and the tube voltage of this scan is unknown: make sure that it is the same.` });
  } else if (scan.kvp !== kvp) {
    doubts.push({ code: 'calibration-kvp', sentence: `The calibration of ${name} holds for ${kvp} kVp, and this scan was made at ${scan.kvp} kVp, so the density is off: choose a calibration of the same voltage.` });
  }
  if (scannerModel !== null && scan.scannerModel?.trim().toLowerCase() !== scannerModel.trim().toLowerCase()) {
    const other = scan.scannerModel === null ? 'the header of this scan names no scanner' : `this scan comes from ${scan.scannerModel}`;
    doubts.push({ code: 'calibration-scanner', sentence: `The calibration of ${name} is of ${scannerModel}, and ${other}: use it only for its own scanner.` });
  }
  return doubts;
}

/** Whole days from one to the other, whichever comes first. */
function daysBetween({ measuredOn }: ScannerCalibration, { day }: CalibratedScan): number {
  return Math.abs(Date.parse(day) - Date.parse(measuredOn)) / DAY_MS;
}
