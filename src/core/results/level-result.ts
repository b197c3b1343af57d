import type { Level } from '../levels/level.ts';
import type { ActivationMap } from './activation-map.ts';
import type { VertebraName } from '../levels/vertebra-name.ts';
import type { InternalTissues } from '../measure/internal-tissues.ts';
import type { RoiSource } from '../measure/choose-roi.ts';
import type { RoiMeasurement } from '../measure/roi.ts';
import type { VertebraFit } from '../measure/vertebra-fit.ts';

/** Mean and 90 % (or as stated by the manifest) interval. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

/** What the network says of one level on one DXA scale. */
export type DeviceEstimate = {
  readonly deviceId: string;
  readonly abmd: Estimate;
  /** Probability of T ≤ −2.5 on this scale, 0 to 1. */
  readonly osteoporosis: Estimate;
  /** Probabilities of normal, osteopenia, osteoporosis; sum 1. */
  readonly classProbabilities: readonly [number, number, number];
  /** Share of each expert, sum 1. */
  readonly gates: readonly number[];
};

export type NetworkEstimate = {
  readonly vbmdMgCm3: Estimate;
  readonly devices: readonly DeviceEstimate[];
  /** Probability of each level of the manifest. */
  readonly levelProbabilities: Readonly<Partial<Record<Level, number>>>;
  readonly predictedLevel: Level;
  readonly oodScore: number;
  readonly oodLimit: number;
  readonly outsideFraction: number;
};

/** How and where an estimate was computed. */
export type RunFacts = {
  readonly backend: 'wasm' | 'webgpu';
  readonly elapsedMs: number;
  readonly modelId: string;
  readonly modelSha256: string;
};

/** Note: said beside the number. Mark: number shown with a mark. Refuse: no number of that kind. */
export type WarningEffect = 'note' | 'mark' | 'refuse';

export type LevelWarning = {
  readonly code: string;
  readonly effect: WarningEffect;
  /** One plain sentence. */
  readonly sentence: string;
};

export type LevelResult = {
  readonly level: VertebraName;
  readonly measurement: RoiMeasurement | null;
  readonly roiSource?: RoiSource;
  /** The fitted body; null where none was found with confidence, absent where nobody looked. */
  readonly fit?: VertebraFit | null;
  readonly network: NetworkEstimate | null;
  readonly run: RunFacts | null;
  /** Air, fat, muscle and blood beside this level; null or absent where nobody looked. */
  readonly tissues?: InternalTissues | null;
  /** In memory only, never in a file. */
  readonly activation?: ActivationMap | null;
  readonly warnings: readonly LevelWarning[];
};
