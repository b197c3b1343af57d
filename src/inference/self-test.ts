import type { ModelManifest } from '#src/core/model/manifest.ts';
import { OUTPUT_NAMES, patchSize, type OutputName, type RawOutputs } from '#src/core/model/shapes.ts';
import type { Backend } from './choose-backend.ts';

/* Golden patches: reference values that travel with the model and tell whether this machine computes what training did. */

export type OutputCheck = {
  readonly output: OutputName;
  /** Largest difference over all cases and values, in the output's own unit. */
  readonly maxDifference: number;
  /** Largest minus smallest reference value over all cases, at least 1e-3 of the largest magnitude. */
  readonly range: number;
  /** maxDifference / range. */
  readonly ratio: number;
  readonly passed: boolean;
};

export type SelfTestReport = {
  readonly passed: boolean;
  readonly tolerance: number;
  readonly cases: number;
  readonly checks: readonly OutputCheck[];
  readonly backend: Backend;
  /** Mean time of one patch in ms, network only. */
  readonly meanMs: number;
};

/** Outputs of the golden case at `caseIndex` of the manifest, as computed here. */
export type GoldenRun = { readonly caseIndex: number; readonly outputs: RawOutputs };

/**
 * golden.bin → one patch a case: clipped HU, D·H·W values in the order z, y, x.
 * The size was checked against the manifest (verify-file.ts).
 */
export function readGoldenPatches(bytes: ArrayBuffer, manifest: ModelManifest): readonly Int16Array<ArrayBuffer>[] {
  const [depth, height, width] = patchSize(manifest.input.patch);
  const length = depth * height * width;
  const view = new DataView(bytes);
  return manifest.golden.cases.map((_, caseIndex) =>
    Int16Array.from({ length }, (__, index) => view.getInt16((caseIndex * length + index) * Int16Array.BYTES_PER_ELEMENT, true)),
  );
}

function rangeOf(manifest: ModelManifest, output: OutputName): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const goldenCase of manifest.golden.cases) {
    for (const value of goldenCase.outputs[output]) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return Math.max(high - low, 1e-3 * Math.max(Math.abs(low), Math.abs(high)));
}

/** One check for each output. A value that is missing or not finite counts as infinitely wrong. */
export function compareWithGolden(manifest: ModelManifest, runs: readonly GoldenRun[]): readonly OutputCheck[] {
  return OUTPUT_NAMES.map((output) => {
    let maxDifference = 0;
    for (const { caseIndex, outputs } of runs) {
      const wanted = manifest.golden.cases[caseIndex]?.outputs[output] ?? [];
      for (const [index, value] of wanted.entries()) {
        const difference = Math.abs((outputs[output][index] ?? Number.NaN) - value);
        maxDifference = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(maxDifference, difference);
        if (maxDifference === Number.POSITIVE_INFINITY) break;
      }
    }
    const range = rangeOf(manifest, output);
    const ratio = maxDifference === 0 ? 0 : maxDifference / range;
    return { output, maxDifference, range, ratio, passed: ratio <= manifest.golden.tolerance };
  });
}
