import type { ModelManifest } from '#src/core/model/manifest.ts';

const SHA_A = 'a'.repeat(64);
const SHA_B = 'b'.repeat(64);

/** Manifest JSON of a tiny made-up model: 2 devices, 3 experts, a 3 × 4 × 5 patch, one golden case. No two sizes alike. */
export function syntheticManifest(overrides: Partial<ModelManifest> = {}): ModelManifest {
  return {
    schemaVersion: 1,
    id: 'synthetic',
    version: '0.0.1',
    title: 'Synthetic test model',
    licence: 'Apache-2.0',
    created: '2026-11-22T21:00:00Z',
    provenance: {
      codeRevision: 'none', config: {}, seeds: [1],
      data: { simulated: 12, real: 0, description: 'Made up for tests.' },
    },
    intendedUse: 'Tests only.',
    warnings: ['Not for people.'],
    file: { name: 'model.onnx', bytes: 321, sha256: SHA_A, opset: 17, precision: 'float32' },
    input: {
      patch: {
        name: 'patch', shape: ['N', 1, 3, 4, 5], spacingMm: [1.5, 1.1, 0.9],
        axes: ['inferior-to-superior', 'anterior-to-posterior', 'right-to-left'], frame: 'patient',
        interpolation: { method: 'trilinear', antialias: 'box', maxSubsamples: 8 },
        outsideHu: -200, clipHu: [-200, 800], meanHu: 100, stdHu: 250,
      },
      acquisition: {
        name: 'acquisition',
        shape: ['N', 11],
        features: [
          { name: 'kvp', kind: 'number', centre: 110, scale: 25, min: 70, max: 140 },
          { name: 'sliceThicknessMm', kind: 'number', centre: 2, scale: 1.5, min: 0.4, max: 6 },
          {
            name: 'kernelClass', kind: 'category', values: ['smooth', 'standard', 'sharp', 'unknown'],
            patterns: [
              { match: '^B[R]?[67]\\d|BONE|LUNG', value: 'sharp' },
              { match: '^B[R]?[23]\\d|^SOFT', value: 'smooth' },
              { match: '^B', value: 'standard' },
            ],
          },
          { name: 'contrast', kind: 'category', values: ['no', 'yes', 'unknown'] },
        ],
      },
    },
    outputs: {
      vbmd: { shape: ['N'], unit: 'mg/cm3' },
      abmd: { shape: ['N', 2], unit: 'device' },
      classLogits: { shape: ['N', 2, 3], unit: 'logit' },
      levelLogits: { shape: ['N', 4], unit: 'logit' },
      logVariance: { shape: ['N', 5], unit: 'ln variance' },
      gates: { shape: ['N', 2, 3], unit: '1' },
      oodScore: { shape: ['N'], unit: '1' },
      cam: { shape: ['N', 1, 2, 2], unit: '1' },
    },
    devices: [
      {
        id: 'alpha', title: 'Alpha', unit: 'g/cm2',
        youngAdult: { mean: 1.18, sd: 0.12, byLevel: { L1: { mean: 1.12, sd: 0.11 } }, source: 'Made up.' },
      },
      {
        id: 'beta', title: 'Beta', unit: 'mg/cm2',
        youngAdult: { mean: 1047, sd: 110, byLevel: {}, source: 'Made up.' },
      },
    ],
    levels: ['T12', 'L1', 'L2', 'L3'],
    calibration: {
      temperature: { value: 2, split: 'calibration' },
      intervals: { coverage: 0.9, split: 'calibration', vbmd: 1.5, abmd: [1.7, 1.9], osteoporosisLogit: [2.1, 2.3] },
      ood: { limit: 30, quantile: 0.99, split: 'calibration' },
    },
    gating: { vertebrae: 40, experts: [{ name: null, varianceExplained: { level: 0.3, device: 0.1 } }, { name: null, varianceExplained: { level: 0.2, device: 0 } }, { name: 'level', varianceExplained: { level: 0.6, device: 0.2 } }] },
    metrics: {},
    golden: {
      file: { name: 'golden.bin', bytes: 120, sha256: SHA_B },
      tolerance: 0.001,
      cases: [
        {
          name: 'one',
          acquisition: [0.4, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1],
          outputs: {
            vbmd: [101],
            abmd: [0.9, 850],
            classLogits: [1, 2, 3, -1, 0.5, -2],
            levelLogits: [0, 3, 1, -1],
            logVariance: [2, -4, 6, 0, -1],
            gates: [0.2, 0.3, 0.5, 0.6, 0.3, 0.1],
            oodScore: [12],
            cam: [0.1, 0.2, 0.3, 0.4],
          },
        },
      ],
    },
    ...overrides,
  };
}
