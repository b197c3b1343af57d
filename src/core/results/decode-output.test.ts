import { describe, expect, it } from 'vitest';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { OUTPUT_NAMES, type OutputName, type RawOutputs } from '../model/shapes.ts';
import { decodeOutputs } from './decode-output.ts';

const manifest = syntheticManifest();

function rawOutputs(overrides: Partial<Record<OutputName, readonly number[]>> = {}): RawOutputs {
  const source = { ...manifest.golden.cases[0]?.outputs, ...overrides };
  return Object.fromEntries(OUTPUT_NAMES.map((name) => [name, Float32Array.from(source[name] ?? [])])) as RawOutputs;
}

function decoded(overrides: Partial<Record<OutputName, readonly number[]>> = {}) {
  const result = decodeOutputs(rawOutputs(overrides), manifest, 0.25);
  if (!result.ok) throw new Error(result.error.sentence);
  return result.value;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('decodeOutputs', () => {
  it('gives each quantity the interval of its own quantile and log variance', () => {
    const estimate = decoded();
    expect(estimate.vbmdMgCm3.value).toBe(101);
    expect(estimate.vbmdMgCm3.low).toBeCloseTo(101 - 1.5 * Math.E, 5);
    expect(estimate.vbmdMgCm3.high).toBeCloseTo(101 + 1.5 * Math.E, 5);
    const [alpha, beta] = estimate.devices;
    expect(alpha?.abmd.high).toBeCloseTo(0.9 + 1.7 * Math.exp(-2), 6);
    expect(beta?.abmd.low).toBeCloseTo(850 - 1.9 * Math.exp(3), 4);
    expect([alpha?.deviceId, beta?.deviceId]).toEqual(['alpha', 'beta']);
  });

  it('divides the osteoporosis logit by the temperature, and its interval is that of the tempered logit', () => {
    const [alpha, beta] = decoded().devices;
    const logitAlpha = (3 - Math.log(Math.exp(1) + Math.exp(2))) / 2;
    expect(alpha?.osteoporosis.value).toBeCloseTo(sigmoid(logitAlpha), 6);
    expect(alpha?.osteoporosis.low).toBeCloseTo(sigmoid(logitAlpha - 2.1), 6);
    const logitBeta = (-2 - Math.log(Math.exp(-1) + Math.exp(0.5))) / 2;
    expect(beta?.osteoporosis.high).toBeCloseTo(sigmoid(logitBeta + 2.3 * Math.exp(-0.5)), 6);
  });

  it('gives class probabilities that sum to 1 and agree with the osteoporosis probability', () => {
    for (const device of decoded().devices) {
      const [normal, osteopenia, osteoporosis] = device.classProbabilities;
      expect(normal + osteopenia + osteoporosis).toBeCloseTo(1, 12);
      expect(osteoporosis).toBe(device.osteoporosis.value);
    }
    const [alpha] = decoded().devices;
    expect((alpha?.classProbabilities[1] ?? 0) / (alpha?.classProbabilities[0] ?? 1)).toBeCloseTo(Math.exp(0.5), 6);
  });

  it('keeps to 0 and 1 for logits far beyond what an exponential can hold', () => {
    const [alpha, beta] = decoded({ classLogits: [-900, -800, 900, 900, 800, -900] }).devices;
    expect(alpha?.osteoporosis.value).toBe(1);
    expect(beta?.classProbabilities).toEqual([1, 0, 0]);
  });

  it('gives each device its own gates', () => {
    const [alpha, beta] = decoded().devices;
    expect(alpha?.gates.map((share) => Math.fround(share))).toEqual([0.2, 0.3, 0.5].map(Math.fround));
    expect(beta?.gates).toHaveLength(3);
    expect(beta?.gates[0]).toBeCloseTo(0.6, 6);
  });

  it('names the likeliest level and the probabilities of all', () => {
    const estimate = decoded();
    expect(estimate.predictedLevel).toBe('L1');
    expect(Object.keys(estimate.levelProbabilities)).toEqual(['T12', 'L1', 'L2', 'L3']);
    expect(estimate.levelProbabilities.L2).toBeCloseTo(Math.E / (1 + Math.exp(3) + Math.E + Math.exp(-1)), 6);
  });

  it('passes on the stranger score, its limit and the part outside the scan', () => {
    expect(decoded()).toMatchObject({ oodScore: 12, oodLimit: 30, outsideFraction: 0.25 });
  });

  it.each<[OutputName, readonly number[]]>([
    ['vbmd', [Number.NaN]],
    ['classLogits', [1, 2, 3, 4, Number.POSITIVE_INFINITY, 6]],
    ['cam', [0, 0, Number.NaN, 0]],
  ])('refuses a run whose %s is not finite', (name, values) => {
    expect(decodeOutputs(rawOutputs({ [name]: values }), manifest, 0)).toMatchObject({
      ok: false,
      error: { code: 'output-not-finite', sentence: expect.stringContaining(name) as string },
    });
  });

  it('refuses a log variance whose exponential overflows', () => {
    const result = decodeOutputs(rawOutputs({ logVariance: [2000, 0, 0, 0, 0] }), manifest, 0);
    expect(result).toMatchObject({ ok: false, error: { code: 'output-not-finite' } });
  });

  it('refuses an output of another length than the manifest says', () => {
    const result = decodeOutputs(rawOutputs({ gates: [0.5, 0.5] }), manifest, 0);
    expect(result).toMatchObject({ ok: false, error: { code: 'output-length' } });
  });
});
