import { isNetworkRefused } from './gates.ts';
import type { LevelResult, NetworkEstimate } from './level-result.ts';

export type DisplayClass = 'normal' | 'low' | 'osteoporosis' | 'unknown';

const CLASSES = ['normal', 'low', 'osteoporosis'] as const;

const CONTRADICTIONS: ReadonlySet<string> = new Set(['categories-differ', 'estimate-contradicts']);

/** Is there no estimate to show: none was made, or a gate withholds it? */
export function isEstimateRefused(result: LevelResult): boolean {
  return result.network === null || isNetworkRefused(result.warnings);
}

/**
 * The likeliest class on a DXA scale; unknown where there is no estimate to show, or where density and class contradict each other: a probability not
 * to be relied on must not be green, nor red.
 */
export function displayClass(result: LevelResult, deviceId: string): DisplayClass {
  if (isEstimateRefused(result) || result.network === null) return 'unknown';
  if (isProbabilityContradicted(result)) return 'unknown';
  const device = deviceEstimate(result.network, deviceId);
  if (!device) return 'unknown';
  const largest = Math.max(...device.classProbabilities);
  return CLASSES[device.classProbabilities.indexOf(largest)] ?? 'unknown';
}

/** Does a density, measured or the network's own, contradict its probabilities, so that they are not to be relied on? */
export function isProbabilityContradicted({ warnings }: LevelResult): boolean {
  return warnings.some(({ code }) => CONTRADICTIONS.has(code));
}

/** What the network says on one DXA scale; undefined when the model has no such scale. */
export function deviceEstimate(network: NetworkEstimate, deviceId: string): NetworkEstimate['devices'][number] | undefined {
  return network.devices.find((device) => device.deviceId === deviceId);
}
