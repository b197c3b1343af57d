import { LEVELS, type Level } from '../levels/level.ts';
import type { LevelPick } from '../levels/pick.ts';
import { MIN_CONFIDENCE } from '../levels/snap-to-body.ts';
import { qctCategory } from '../measure/qct-category.ts';
import { inspectBodyRegion, type BodyRegionFacts } from '../measure/body-region.ts';
import type { AcquisitionFacts } from '../dicom/series.ts';
import type { VolumeSource } from '../volume/volume-source.ts';
import type { Result } from '#src/lib/result.ts';
import type { Estimate, LevelWarning, NetworkEstimate } from './level-result.ts';
import type { RoiMeasurement } from '../measure/roi.ts';

/** Limits of the gates. Sources: domain.md, the part named. */
export const GATE_LIMITS = {
  /** Tube voltages whose HU per mg/cm³ is known, kVp (2.4). */
  kvp: { min: 80, max: 140 },
  /** Above 3 mm endplates blur into the region (2.6); above 5 mm a level is excluded (7). */
  sliceThicknessMm: { mark: 3, refuse: 5 },
  /** Share of the network's patch outside the scan. */
  patchOutside: { mark: 0.02 },
  /** Share of the body above 1500 HU, cement or metal (3.5): more than the odd noisy sample of a sharp kernel. */
  metalFraction: 0.002,
  /** Share of the body above 800 HU: bone island, sclerosis, cement (3.5). */
  denseFraction: 0.02,
  /** Usual spread of real trabecular bone is 30 to 60 HU (3.4); dense young bone with a sharp kernel reaches 97 (LIDC-IDRI-0314). */
  roiSdHu: 100,
  /** Published error of phantom-less density (1.2, 2.7), share of the value. */
  measurementError: 0.1,
  /**
   * Score over the model's limit, which 1 % of simulated vertebrae pass. A third of real vertebrae pass it too; metal in the body scores
   * nine times the limit (docs/experiments.md).
   */
  strangeness: { mark: 1, refuse: 3 },
  /** Probabilities that contradict a QCT category: below one in four in the osteoporotic range, above even in the normal one. */
  contradiction: { osteoporosisBelow: 0.25, normalAbove: 0.5 },
  /** Levels between label and prediction; probability that the network gives the label. */
  labelSteps: 2,
  labelProbability: 0.02,
} as const;

/** Refusals that take away the measured density as well; every refusal takes away the network's estimate. */
const REFUSES_DENSITY: ReadonlySet<string> = new Set(['roi-outside-scan', 'slices-too-thick', 'metal-or-cement']);

/** Is the measured density of this level withheld? */
export function isDensityRefused(warnings: readonly LevelWarning[]): boolean {
  return warnings.some(({ code, effect }) => effect === 'refuse' && REFUSES_DENSITY.has(code));
}

/** Is the network's estimate of this level withheld? */
export function isNetworkRefused(warnings: readonly LevelWarning[]): boolean {
  return warnings.some(({ effect }) => effect === 'refuse');
}

type Problem = { readonly code: string; readonly sentence: string };

export type GateInput = {
  readonly volume: VolumeSource;
  readonly facts: AcquisitionFacts;
  readonly pick: LevelPick;
  /** The scan was tilted, and its slices were shifted onto the grid. */
  readonly isTiltResampled: boolean;
  /** The patch reaches beside the shifted slices of a tilted scan, where there is only air. */
  readonly isPatchBesideSlices?: boolean;
  /** Every second slice was left out for want of memory. */
  readonly isEverySecondSlice?: boolean;
  /** Of the snap that placed the pick; null where the reader placed or moved it by hand. */
  readonly snapConfidence: number | null;
  readonly measured: Result<RoiMeasurement, Problem>;
  readonly estimated: Result<{ readonly network: NetworkEstimate }, Problem>;
};

function mark(code: string, sentence: string): LevelWarning {
  return { code, effect: 'mark', sentence };
}

function refuse(code: string, sentence: string): LevelWarning {
  return { code, effect: 'refuse', sentence };
}

/** What the header says against the numbers of every level. The study can show these once. */
export function acquisitionWarnings({ kvp, sliceThicknessMm, contrast }: AcquisitionFacts): readonly LevelWarning[] {
  const warnings: LevelWarning[] = [];
  const { kvp: range, sliceThicknessMm: thick } = GATE_LIMITS;
  if (kvp === null) {
    warnings.push(mark('kvp-unknown', 'The header gives no tube voltage, so no density is computed from the attenuation.'));
  } else if (kvp < range.min || kvp > range.max) {
    const sentence = `The tube voltage of ${kvp} kVp is outside ${range.min} to ${range.max} kVp, so no density is computed from the attenuation.`;
    warnings.push(mark('kvp-out-of-range', sentence));
  }
  if (sliceThicknessMm === null) {
    warnings.push(mark('thickness-unknown', 'The header gives no slice thickness: thick slices mix the endplates into the numbers.'));
  } else if (sliceThicknessMm > thick.refuse) {
    const sentence = `The slices are ${formatMm(sliceThicknessMm)} mm thick; above ${thick.refuse} mm no density is given.`;
    warnings.push(refuse('slices-too-thick', sentence));
  } else if (sliceThicknessMm > thick.mark) {
    const sentence = `The slices are ${formatMm(sliceThicknessMm)} mm thick; above ${thick.mark} mm the endplates blur into the measured region.`;
    warnings.push(mark('slices-thick', sentence));
  }
  if (contrast === true) {
    // Unenhanced to arterial and portal venous: +13.5 and +18.2 HU; +14.4 (11 %) and +25.7 HU (21 %) in another cohort (2.5).
    const sentence = 'Contrast agent was given, which raises vertebral attenuation by about 14 to 26 HU (11 to 21 %), so density reads too high.';
    warnings.push(mark('contrast', sentence));
  }
  return warnings;
}

function formatMm(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function regionWarnings({ maxHu, denseFraction, metalFraction, outsideFraction }: BodyRegionFacts): readonly LevelWarning[] {
  const warnings: LevelWarning[] = [];
  if (metalFraction > GATE_LIMITS.metalFraction) {
    const sentence = `The vertebral body holds ${Math.round(maxHu ?? 0)} HU: metal or cement is likely, so no density is given.`;
    warnings.push(refuse('metal-or-cement', sentence));
  } else if (denseFraction > GATE_LIMITS.denseFraction || metalFraction > 0) {
    warnings.push(mark('dense-material', 'Part of the vertebral body is denser than bone tissue should be: look for sclerosis, a bone island, cement or metal.'));
  }
  if (outsideFraction > 0) warnings.push(mark('body-cut', 'The field of view cuts this vertebral body.'));
  return warnings;
}

function measurementWarnings(measured: GateInput['measured']): readonly LevelWarning[] {
  if (!measured.ok) return [refuse(measured.error.code, measured.error.sentence)];
  const { sdHu } = measured.value;
  if (sdHu <= GATE_LIMITS.roiSdHu) return [];
  const sentence = `The attenuation varies by ${Math.round(sdHu)} HU within the measured region: look for noise, a vessel, sclerosis or a fracture.`;
  return [mark('roi-spread', sentence)];
}

/** QCT category of the measurement, or without one of the network's own density, that contradicts its DXA answer on every scale. */
function categoryWarnings(measuredMgCm3: number | null, { devices, vbmdMgCm3: estimate }: NetworkEstimate): readonly LevelWarning[] {
  const vbmdMgCm3 = measuredMgCm3 ?? estimate.value;
  const chances = devices.map(({ osteoporosis }) => osteoporosis.value);
  const category = qctCategory(vbmdMgCm3);
  const { osteoporosisBelow, normalAbove } = GATE_LIMITS.contradiction;
  const density = `${measuredMgCm3 === null ? "The network's own" : 'The measured'} density of ${Math.round(vbmdMgCm3)} mg/cm³ is`;
  if (category === 'osteoporosis' && chances.every((chance) => chance < osteoporosisBelow)) {
    return [mark('categories-differ', `${density} in the osteoporotic range of QCT, while the network expects no osteoporosis on DXA: do not rely on its probability.`)];
  }
  if (category === 'normal' && chances.every((chance) => chance > normalAbove)) {
    return [mark('categories-differ', `${density} normal by QCT, while the network expects osteoporosis on DXA: do not rely on its probability.`)];
  }
  return [];
}

function labelWarnings(level: Level, network: NetworkEstimate): readonly LevelWarning[] {
  const steps = Math.abs(LEVELS.indexOf(level) - LEVELS.indexOf(network.predictedLevel));
  const probability = network.levelProbabilities[level] ?? 0;
  if (steps < GATE_LIMITS.labelSteps && probability >= GATE_LIMITS.labelProbability) return [];
  return [mark('label-doubt', `The network takes this vertebra for ${network.predictedLevel}, not ${level}: check the label.`)];
}

function disagrees(vbmdMgCm3: number, network: Estimate): boolean {
  const error = Math.abs(vbmdMgCm3) * GATE_LIMITS.measurementError;
  return vbmdMgCm3 + error < network.low || vbmdMgCm3 - error > network.high;
}

function networkWarnings({ pick, measured, estimated }: GateInput): readonly LevelWarning[] {
  if (!estimated.ok) return [refuse(estimated.error.code, estimated.error.sentence)];
  const { network } = estimated.value;
  const warnings: LevelWarning[] = [];
  const strangeness = network.oodScore / network.oodLimit;
  if (strangeness > GATE_LIMITS.strangeness.refuse) {
    warnings.push(refuse('out-of-distribution', 'This vertebra looks very unlike those the network was trained on, so its estimate is not given.'));
  } else if (strangeness > GATE_LIMITS.strangeness.mark) {
    warnings.push(mark('out-of-distribution', 'This vertebra looks unlike the simulated ones that the network was trained on, so its estimate may be off.'));
  }
  if (network.outsideFraction > 0) {
    const effect = network.outsideFraction > GATE_LIMITS.patchOutside.mark ? 'mark' : 'note';
    const sentence = `${Math.max(1, Math.round(network.outsideFraction * 100))} % of what the network looks at lies outside the scan.`;
    warnings.push({ code: 'patch-outside-scan', effect, sentence });
  }
  const vbmd = measured.ok ? measured.value.vbmdMgCm3 : null;
  if (vbmd !== null && disagrees(vbmd, network.vbmdMgCm3)) {
    const { low, high } = network.vbmdMgCm3;
    const sentence = `The measured density of ${Math.round(vbmd)} mg/cm³ and the network's interval of ${Math.round(low)} to ${Math.round(high)} mg/cm³ do not agree.`;
    warnings.push(mark('density-disagrees', sentence));
  }
  return [...warnings, ...categoryWarnings(vbmd, network), ...labelWarnings(pick.level, network)];
}

const SEVERITY = { refuse: 0, mark: 1, note: 2 } as const;

/** All that is said against the numbers of one level, the gravest first. Nothing is hidden: a refused number keeps its reasons. */
export function findWarnings(input: GateInput): readonly LevelWarning[] {
  const { volume, facts, pick, snapConfidence, isTiltResampled } = input;
  const warnings = [
    ...measurementWarnings(input.measured),
    ...acquisitionWarnings(facts),
    ...regionWarnings(inspectBodyRegion(volume, pick.centreLps)),
    ...networkWarnings(input),
  ];
  if (input.isPatchBesideSlices === true && input.estimated.ok) {
    warnings.push(mark('patch-beside-slices', 'Part of what the network looks at lies beside the slices of the tilted scan and is filled with air.'));
  }
  if (isTiltResampled) warnings.push(mark('tilt-resampled', 'The gantry was tilted and the slices were shifted onto a straight grid: edges are blurred a little.'));
  if (input.isEverySecondSlice === true) {
    warnings.push(mark('every-second-slice', 'Only every second slice was opened for want of memory: the measurement samples half of the slices and is noisier.'));
  }
  if (snapConfidence !== null && snapConfidence < MIN_CONFIDENCE) {
    warnings.push(mark('off-centre', 'No vertebral body was found with confidence at this click, so the mark stands where it was set: check that it is in the centre.'));
  }
  return warnings.toSorted((one, other) => SEVERITY[one.effect] - SEVERITY[other.effect]);
}
