import { MIN_CONFIDENCE } from '../levels/snap-to-body.ts';
import { conversionWarnings } from './conversion-warnings.ts';
import { acquisitionWarnings } from './gates/acquisition-gates.ts';
import { bodyWarnings } from './gates/body-gates.ts';
import { warn, type GateInput } from './gates/gate-input.ts';
import { HEIGHT_CODES, heightWarnings } from './gates/height-gate.ts';
import { measurementWarnings } from './gates/measurement-gates.ts';
import { networkWarnings } from './gates/network-gates.ts';
import { shapeWarnings } from './gates/shape-gates.ts';
import type { FittedLevel } from '../measure/expected-height.ts';
import type { LevelResult, LevelWarning } from './level-result.ts';

export { acquisitionWarnings } from './gates/acquisition-gates.ts';
export type { GateInput } from './gates/gate-input.ts';
export { GATE_LIMITS } from './gates/limits.ts';
export { measuredInterval } from './gates/network-gates.ts';

/** Refusals that take away the measured density as well; every refusal takes away the network's estimate. */
const REFUSES_DENSITY: ReadonlySet<string> = new Set(['roi-outside-scan', 'slices-too-thick', 'metal-or-cement', 'metal-beside']);

/** Marks of a level whose number is not of plain bone (domain.md 7), or whose region may lie beside it, so that it does not count for the patient. */
export const NOT_FOR_PATIENT: ReadonlySet<string> = new Set(['dense-material', 'dense-focus', 'loose-focus', 'haemangioma', 'height-loss', 'roi-uneven', 'body-cut', 'no-fit']);

/** Is the measured density of this level withheld? */
export function isDensityRefused(warnings: readonly LevelWarning[]): boolean {
  return warnings.some(({ code, effect }) => effect === 'refuse' && REFUSES_DENSITY.has(code));
}

/** Is the network's estimate of this level withheld? */
export function isNetworkRefused(warnings: readonly LevelWarning[]): boolean {
  return warnings.some(({ effect }) => effect === 'refuse');
}

/** What happened to the scan or the mark before anything was measured. */
function preparationWarnings({ isPatchBesideSlices, estimated, isTiltResampled, isEverySecondSlice, snapConfidence }: GateInput): readonly LevelWarning[] {
  const warnings: LevelWarning[] = [];
  if (isPatchBesideSlices === true && estimated.ok) {
    warnings.push(warn('mark', 'patch-beside-slices', 'Part of what the network looks at lies beside the slices of the tilted scan and is filled with air.'));
  }
  if (isTiltResampled) warnings.push(warn('mark', 'tilt-resampled', 'The gantry was tilted and the slices were shifted onto a straight grid: edges are blurred a little.'));
  if (isEverySecondSlice === true) {
    warnings.push(warn('mark', 'every-second-slice', 'Only every second slice was opened for want of memory: the measurement samples half of the slices and is noisier.'));
  }
  if (snapConfidence !== null && snapConfidence < MIN_CONFIDENCE) {
    warnings.push(warn('mark', 'off-centre', 'No vertebral body was found with confidence at this click, so the mark stands where it was set: check that it is in the centre.'));
  }
  return warnings;
}

const SEVERITY = { refuse: 0, mark: 1, note: 2 } as const;

/** All that is said against the numbers of one level, the gravest first. Nothing is hidden: a refused number keeps its reasons. */
export function findWarnings(input: GateInput): readonly LevelWarning[] {
  const isCalibrated = input.conversion !== undefined && input.conversion.calibration !== null;
  const warnings = [
    ...measurementWarnings(input),
    ...acquisitionWarnings(input.facts, isCalibrated),
    ...(input.conversion ? conversionWarnings(input.conversion) : []),
    ...bodyWarnings(input),
    ...shapeWarnings(input),
    ...networkWarnings(input),
    ...preparationWarnings(input),
    ...heightWarnings(input.pick.level, input.fit, []),
  ];
  return gravestFirst(warnings);
}

function gravestFirst(warnings: readonly LevelWarning[]): readonly LevelWarning[] {
  return warnings.toSorted((one, other) => SEVERITY[one.effect] - SEVERITY[other.effect]);
}

/**
 * Judges heights anew now that the other levels of the same person are known: a level is analysed alone, but lower or higher all over only
 * against others. A result with nothing new to say is the same object.
 */
export function judgeHeights(results: readonly LevelResult[]): readonly LevelResult[] {
  const fitted: readonly FittedLevel[] = results.flatMap(({ level, fit }) => (fit ? [{ level, fit }] : []));
  return results.map((result) => {
    const found = heightWarnings(result.level, result.fit, fitted);
    const sentences = result.warnings.flatMap(({ code, sentence }) => (HEIGHT_CODES.has(code) ? [sentence] : []));
    if (found.map(({ sentence }) => sentence).join() === sentences.join()) return result;
    return { ...result, warnings: gravestFirst([...result.warnings.filter(({ code }) => !HEIGHT_CODES.has(code)), ...found]) };
  });
}
