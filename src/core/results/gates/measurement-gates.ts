import type { LevelWarning } from '../level-result.ts';
import { warn, type GateInput } from './gate-input.ts';
import { GATE_LIMITS } from './limits.ts';

/** What the measured region says of its own number. */
export function measurementWarnings({ voxels: { layers }, measured }: GateInput): readonly LevelWarning[] {
  if (!measured.ok) return [warn('refuse', measured.error.code, measured.error.sentence)];
  const { sdHu } = measured.value;
  const warnings: LevelWarning[] = [];
  if (sdHu > GATE_LIMITS.roiSdHu) {
    warnings.push(warn('mark', 'roi-spread', `The attenuation varies by ${Math.round(sdHu)} HU within the measured region: look for noise, a vessel, sclerosis or a fracture.`));
  }
  if (layers === null) return warnings;
  const ends = [{ name: 'upper', hu: layers.upperHu - layers.middleHu }, { name: 'lower', hu: layers.lowerHu - layers.middleHu }];
  const [worst] = ends.toSorted((one, other) => Math.abs(other.hu) - Math.abs(one.hu));
  if (worst && Math.abs(worst.hu) > GATE_LIMITS.unevenHu) {
    const change = `${Math.round(Math.abs(worst.hu))} HU ${worst.hu > 0 ? 'above' : 'below'} its middle`;
    warnings.push(warn('mark', 'roi-uneven', `The ${worst.name} third of the measured region is ${change}: look for endplate sclerosis, a Schmorl node, or an endplate in the region.`));
  }
  return warnings;
}
