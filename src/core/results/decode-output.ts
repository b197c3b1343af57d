import { fail, ok, type Result } from '#src/lib/result.ts';
import { isLevel, type Level } from '../levels/level.ts';
import type { ModelManifest } from '../model/manifest.ts';
import { OUTPUT_NAMES, outputLength, type RawOutputs } from '../model/shapes.ts';
import type { DeviceEstimate, Estimate, NetworkEstimate } from './level-result.ts';

export type DecodeProblem = {
  readonly code: 'output-length' | 'output-not-finite';
  readonly sentence: string;
};

/** value ± q · sd, with sd from the natural log of a variance. */
function interval(value: number, logVariance: number, quantile: number): Estimate {
  const half = quantile * Math.exp(0.5 * logVariance);
  return { value, low: value - half, high: value + half };
}

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function softmax(logits: readonly number[]): readonly number[] {
  const highest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Osteoporosis logit of one device: log-odds of class 2 against the other two, divided by the temperature
 * (docs/model-contract.md, outputs).
 */
function osteoporosisLogit(classLogits: readonly [number, number, number], temperature: number): number {
  const [normal, osteopenia, osteoporosis] = classLogits;
  const highest = Math.max(normal, osteopenia);
  const rest = highest + Math.log(Math.exp(normal - highest) + Math.exp(osteopenia - highest));
  return (osteoporosis - rest) / temperature;
}

/**
 * Class probabilities that agree with the tempered osteoporosis logit. Softmax of the divided logits would not:
 * logsumexp(a, b) / T is not logsumexp(a / T, b / T). So P(osteoporosis) is the logistic of that logit, and the rest is
 * shared between normal and osteopenia by their tempered softmax.
 */
function classProbabilities(
  classLogits: readonly [number, number, number],
  temperature: number,
): readonly [number, number, number] {
  const osteoporosis = logistic(osteoporosisLogit(classLogits, temperature));
  const normalOfRest = logistic((classLogits[0] - classLogits[1]) / temperature);
  return [(1 - osteoporosis) * normalOfRest, (1 - osteoporosis) * (1 - normalOfRest), osteoporosis];
}

/** Reads flat outputs whose lengths were checked. */
function reader(values: Float32Array): (index: number) => number {
  return (index) => values[index] as number;
}

function decodeDevice(raw: RawOutputs, manifest: ModelManifest, device: number): DeviceEstimate {
  const { temperature, intervals } = manifest.calibration;
  const count = manifest.devices.length;
  const logitAt = reader(raw.classLogits);
  const logVarianceAt = reader(raw.logVariance);
  const logits = [logitAt(device * 3), logitAt(device * 3 + 1), logitAt(device * 3 + 2)] as const;
  const logit = interval(
    osteoporosisLogit(logits, temperature.value),
    logVarianceAt(1 + count + device),
    intervals.osteoporosisLogit[device] as number,
  );
  const experts = raw.gates.length / count;
  return {
    deviceId: (manifest.devices[device] as ModelManifest['devices'][number]).id,
    abmd: interval(reader(raw.abmd)(device), logVarianceAt(1 + device), intervals.abmd[device] as number),
    osteoporosis: { value: logistic(logit.value), low: logistic(logit.low), high: logistic(logit.high) },
    classProbabilities: classProbabilities(logits, temperature.value),
    gates: Array.from(raw.gates.subarray(device * experts, (device + 1) * experts)),
  };
}

function decodeLevels(raw: RawOutputs, manifest: ModelManifest): Pick<NetworkEstimate, 'levelProbabilities' | 'predictedLevel'> {
  const probabilities = softmax(Array.from(raw.levelLogits));
  const byLevel: Partial<Record<Level, number>> = {};
  let predictedLevel: Level | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [index, level] of manifest.levels.entries()) {
    if (!isLevel(level)) throw new Error(`The manifest passed the gate with an unknown level ${level}.`);
    const probability = probabilities[index] as number;
    byLevel[level] = probability;
    if (probability > highest) {
      highest = probability;
      predictedLevel = level;
    }
  }
  if (predictedLevel === null) throw new Error('The manifest passed the gate without levels.');
  return { levelProbabilities: byLevel, predictedLevel };
}

/**
 * Raw outputs of one run → the estimate as it is shown: calibrated intervals and probabilities for every device.
 * Lengths that differ from the manifest, and any number that is not finite, are refused: nothing of such a run is shown.
 * @param outsideFraction share of the patch outside the scan, 0 to 1
 */
export function decodeOutputs(
  raw: RawOutputs,
  manifest: ModelManifest,
  outsideFraction: number,
): Result<NetworkEstimate, DecodeProblem> {
  for (const name of OUTPUT_NAMES) {
    const wanted = outputLength(manifest, name);
    if (raw[name].length !== wanted) {
      const sentence = `The network's output ${name} has ${raw[name].length} numbers where the manifest says ${wanted}, so it is not shown.`;
      return fail({ code: 'output-length', sentence });
    }
    if (!raw[name].every((value) => Number.isFinite(value))) return notFinite(name);
  }
  const estimate: NetworkEstimate = {
    vbmdMgCm3: interval(reader(raw.vbmd)(0), reader(raw.logVariance)(0), manifest.calibration.intervals.vbmd),
    devices: manifest.devices.map((_, device) => decodeDevice(raw, manifest, device)),
    ...decodeLevels(raw, manifest),
    oodScore: reader(raw.oodScore)(0),
    oodLimit: manifest.calibration.ood.limit,
    outsideFraction,
  };
  // A finite log variance can still overflow in the exponential.
  const widths = [estimate.vbmdMgCm3, ...estimate.devices.flatMap(({ abmd, osteoporosis }) => [abmd, osteoporosis])];
  const isFinite = widths.every(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  return isFinite ? ok(estimate) : notFinite('logVariance');
}

function notFinite(name: string): Result<never, DecodeProblem> {
  const sentence = `The network's output ${name} is not a finite number for this patch, so it is not shown.`;
  return fail({ code: 'output-not-finite', sentence });
}
