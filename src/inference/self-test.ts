import type { ModelManifest } from '#src/core/model/manifest.ts';
import { OUTPUT_NAMES, patchSize, type OutputName, type RawOutputs } from '#src/core/model/shapes.ts';
import type { Backend } from './choose-backend.ts';

/* Golden patches: reference values that travel with the model and tell whether this machine computes what training did. */

export type OutputCheck = {
  readonly output: OutputName;
  /** The difference that is largest against its range, over all cases and values, in its own unit. */
  readonly maxDifference: number;
  /** Of that value's column: largest minus smallest reference over all cases, at least 1e-3 of the largest magnitude. */
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

/** Columns with a range of their own: the devices of abmd, whose units differ. */
const columnsOf = (manifest: ModelManifest, output: OutputName): number => (output === 'abmd' ? manifest.devices.length : 1);

/** Range of each column over all golden cases. */
function rangesOf(manifest: ModelManifest, output: OutputName): readonly number[] {
  const columns = columnsOf(manifest, output);
  return Array.from({ length: columns }, (_, column) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const goldenCase of manifest.golden.cases) {
      const values = goldenCase.outputs[output];
      for (let index = column; index < values.length; index += columns) {
        low = Math.min(low, values[index] ?? low);
        high = Math.max(high, values[index] ?? high);
      }
    }
    return Math.max(high - low, 1e-3 * Math.max(Math.abs(low), Math.abs(high)));
  });
}

/** One check for each output. A value that is missing or not finite counts as infinitely wrong. */
export function compareWithGolden(manifest: ModelManifest, runs: readonly GoldenRun[]): readonly OutputCheck[] {
  return OUTPUT_NAMES.map((output) => {
    const ranges = rangesOf(manifest, output);
    let worst = { maxDifference: 0, range: ranges[0] ?? 0, ratio: 0 };
    for (const { caseIndex, outputs } of runs) {
      const wanted = manifest.golden.cases[caseIndex]?.outputs[output] ?? [];
      for (const [index, value] of wanted.entries()) {
        const distance = Math.abs((outputs[output][index] ?? Number.NaN) - value);
        const maxDifference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
        const range = ranges[index % ranges.length] ?? 0;
        const ratio = maxDifference === 0 ? 0 : maxDifference / range;
        if (ratio > worst.ratio) worst = { maxDifference, range, ratio };
      }
    }
    return { output, ...worst, passed: worst.ratio <= manifest.golden.tolerance };
  });
}
