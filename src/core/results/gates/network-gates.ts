import { isLevel, LEVELS } from '../../levels/level.ts';
import type { VertebraName } from '../../levels/vertebra-name.ts';
import { qctCategory } from '../../measure/qct-category.ts';
import type { RoiMeasurement } from '../../measure/roi.ts';
import type { Estimate, LevelWarning, NetworkEstimate } from '../level-result.ts';
import { warn, type GateInput } from './gate-input.ts';
import { GATE_LIMITS } from './limits.ts';

/** QCT category of the measurement, or else of the network's own density, that contradicts its DXA answer on every scale: neither excuses the other. */
function categoryWarnings(measuredMgCm3: number | null, network: NetworkEstimate): readonly LevelWarning[] {
  const ofMeasured = measuredMgCm3 === null ? [] : contradictions('categories-differ', 'The measured', measuredMgCm3, network);
  return ofMeasured.length > 0 ? ofMeasured : contradictions('estimate-contradicts', "The network's own", network.vbmdMgCm3.value, network);
}

function contradictions(code: string, whose: string, vbmdMgCm3: number, { devices }: NetworkEstimate): readonly LevelWarning[] {
  const chances = devices.map(({ osteoporosis }) => osteoporosis.value);
  const category = qctCategory(vbmdMgCm3);
  const { osteoporosisBelow, normalAbove } = GATE_LIMITS.contradiction;
  const density = `${whose} density of ${Math.round(vbmdMgCm3)} mg/cm³ is`;
  if (category === 'osteoporosis' && chances.every((chance) => chance < osteoporosisBelow)) {
    return [warn('mark', code, `${density} in the osteoporotic range of QCT, while the network expects no osteoporosis on DXA: do not rely on its probability.`)];
  }
  if (category === 'normal' && chances.every((chance) => chance > normalAbove)) {
    return [warn('mark', code, `${density} normal by QCT, while the network expects osteoporosis on DXA: do not rely on its probability.`)];
  }
  return [];
}

function labelWarnings(level: VertebraName, network: NetworkEstimate): readonly LevelWarning[] {
  if (!isLevel(level)) {
    return [warn('mark', 'level-not-trained', `The network was trained on ${LEVELS[0]} to ${LEVELS.at(-1) ?? ''} and has never seen a ${level}, so its estimate may be off.`)];
  }
  const steps = Math.abs(LEVELS.indexOf(level) - LEVELS.indexOf(network.predictedLevel));
  const probability = network.levelProbabilities[level] ?? 0;
  if (steps < GATE_LIMITS.labelSteps && probability >= GATE_LIMITS.labelProbability) return [];
  return [warn('mark', 'label-doubt', `The network takes this vertebra for ${network.predictedLevel}, not ${level}: check the label.`)];
}

/** The measured density's interval: the expected error of its conversion, else the published one. Null where there is no density. mg/cm³. */
export function measuredInterval({ vbmdMgCm3, density }: RoiMeasurement): Estimate | null {
  if (vbmdMgCm3 === null) return null;
  const error = Math.abs(vbmdMgCm3) * GATE_LIMITS.measurementError;
  return { value: vbmdMgCm3, low: density?.lowMgCm3 ?? vbmdMgCm3 - error, high: density?.highMgCm3 ?? vbmdMgCm3 + error };
}

function disagree(measured: Estimate, network: Estimate): boolean {
  return measured.high < network.low || measured.low > network.high;
}

/** What the network says of itself, and against the measurement and the label. */
export function networkWarnings({ pick, measured, estimated }: GateInput): readonly LevelWarning[] {
  if (!estimated.ok) return [warn('refuse', estimated.error.code, estimated.error.sentence)];
  const { network } = estimated.value;
  const warnings: LevelWarning[] = [];
  const strangeness = network.oodScore / network.oodLimit;
  if (strangeness > GATE_LIMITS.strangeness.refuse) {
    warnings.push(warn('refuse', 'out-of-distribution', 'This vertebra looks very unlike those the network was trained on, so its estimate is not given.'));
  } else if (strangeness > GATE_LIMITS.strangeness.mark) {
    warnings.push(warn('mark', 'out-of-distribution', 'This vertebra looks unlike those that the network was trained on, so its estimate may be off.'));
  }
  if (network.outsideFraction > 0) {
    const effect = network.outsideFraction > GATE_LIMITS.patchOutside.mark ? 'mark' : 'note';
    const sentence = `${Math.max(1, Math.round(network.outsideFraction * 100))} % of what the network looks at lies outside the scan.`;
    warnings.push({ code: 'patch-outside-scan', effect, sentence });
  }
  const vbmd = measured.ok ? measured.value.vbmdMgCm3 : null;
  const interval = measured.ok ? measuredInterval(measured.value) : null;
  if (vbmd !== null && interval !== null && disagree(interval, network.vbmdMgCm3)) {
    const { low, high } = network.vbmdMgCm3;
    const sentence = `The measured density of ${Math.round(vbmd)} mg/cm³ and the network's interval of ${Math.round(low)} to ${Math.round(high)} mg/cm³ do not agree.`;
    warnings.push(warn('mark', 'density-disagrees', sentence));
  }
  return [...warnings, ...categoryWarnings(vbmd, network), ...labelWarnings(pick.level, network)];
}
