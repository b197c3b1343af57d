import type { VertebraName } from '#src/core/levels/vertebra-name.ts';
import { PATIENT_AXES } from '#src/core/geometry/elliptical-cylinder.ts';
import type { RoiMeasurement } from '#src/core/measure/roi.ts';
import type { LevelResult, NetworkEstimate } from '#src/core/results/level-result.ts';

/** Every number differs, so that swapped fields show. */
export function makeMeasurement(overrides: Partial<RoiMeasurement> = {}): RoiMeasurement {
  return {
    meanHu: 135,
    medianHu: 131.5,
    sdHu: 41.25,
    areaMm2: 219.91,
    volumeMm3: 1759.29,
    vbmdMgCm3: 100,
    roi: { centreLps: [3.5, -72, 334], ...PATIENT_AXES, halfWidthMm: 10, halfDepthMm: 7, heightMm: 8 },
    ...overrides,
  };
}

export function makeNetworkEstimate(overrides: Partial<NetworkEstimate> = {}): NetworkEstimate {
  return {
    vbmdMgCm3: { value: 97.3, low: 81.2, high: 113.4 },
    devices: [
      {
        deviceId: 'hologic',
        abmd: { value: 0.8123, low: 0.7011, high: 0.9234 },
        osteoporosis: { value: 0.3333, low: 0.1212, high: 0.6161 },
        classProbabilities: [0.2, 0.4667, 0.3333],
        gates: [0.75, 0.25],
      },
      {
        deviceId: 'sbmd',
        abmd: { value: 891, low: 777, high: 1005 },
        osteoporosis: { value: 0.29, low: 0.1, high: 0.55 },
        classProbabilities: [0.3, 0.41, 0.29],
        gates: [0.6, 0.4],
      },
    ],
    levelProbabilities: { T12: 0.1, L1: 0.7, L2: 0.2 },
    predictedLevel: 'L1',
    oodScore: 12.5,
    oodLimit: 30,
    outsideFraction: 0,
    ...overrides,
  };
}

export function makeLevelResult(level: VertebraName, overrides: Partial<LevelResult> = {}): LevelResult {
  return {
    level,
    measurement: makeMeasurement(),
    network: makeNetworkEstimate(),
    run: { backend: 'wasm', elapsedMs: 187.4, modelId: 'vertebra-moe-1', modelSha256: 'ab12'.repeat(16) },
    warnings: [],
    ...overrides,
  };
}
