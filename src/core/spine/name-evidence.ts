import { VERTEBRAE, type VertebraName } from '../levels/vertebra-name.ts';

type Triple = readonly [number, number, number];

/** The network's grid of name logits: V·D'·H'·W' values, x fastest; one cell for `stride` cells of the coarse grid along each axis. */
export type NameLogits = {
  readonly values: Float32Array;
  readonly names: readonly VertebraName[];
  readonly sizeZyx: Triple;
  readonly stride: number;
};

/** No name is ruled out altogether by the network at one vertebra. */
const LOWEST_PROBABILITY = 1e-4;

/** Names that a network may not tell apart, by those that look like them. */
const LOOK_ALIKES: Partial<Record<VertebraName, readonly VertebraName[]>> = { T13: ['T12', 'L1'], L6: ['L5'] };

/**
 * Log odds of each name against no knowledge at a place of the coarse grid, in the order of VERTEBRAE: 0 where the network
 * cannot tell.
 * @param at continuous cell indices z, y, x
 */
export function nameEvidenceAt(logits: NameLogits, at: Triple): Float64Array {
  const probabilities = softmax(logits.names.map((_, channel) => sampleChannel(logits, channel, at)));
  return Float64Array.from(VERTEBRAE, (name) => {
    const probability = probabilityOf(name, logits.names, probabilities);
    return Math.log(Math.max(LOWEST_PROBABILITY, probability) * logits.names.length);
  });
}

function probabilityOf(name: VertebraName, names: readonly VertebraName[], probabilities: readonly number[]): number {
  const own = probabilities[names.indexOf(name)];
  if (own !== undefined) return own;
  const alike = LOOK_ALIKES[name] ?? [];
  return alike.reduce((sum, one) => sum + (probabilities[names.indexOf(one)] ?? 0), 0) / Math.max(1, alike.length);
}

function softmax(logits: readonly number[]): readonly number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Trilinear between the cells of the name grid, whose cells cover `stride` cells of the coarse one. */
function sampleChannel({ values, sizeZyx, stride }: NameLogits, channel: number, at: Triple): number {
  const [depth, height, width] = sizeZyx;
  const corners = ([0, 1, 2] as const).map((axis) => {
    const position = Math.max(0, Math.min(sizeZyx[axis] - 1, (at[axis] + 0.5) / stride - 0.5));
    const low = Math.floor(position);
    return [[low, 1 - (position - low)], [Math.min(low + 1, sizeZyx[axis] - 1), position - low]] as const;
  });
  const [alongZ = [], alongY = [], alongX = []] = corners;
  let sum = 0;
  for (const [z, shareZ] of alongZ) {
    for (const [y, shareY] of alongY) {
      for (const [x, shareX] of alongX) {
        sum += shareZ * shareY * shareX * (values[((channel * depth + z) * height + y) * width + x] ?? 0);
      }
    }
  }
  return sum;
}
