import { readCalibrationFile } from '#src/core/measure/calibration-file.ts';
import { quotable } from '#src/lib/foreign-text.ts';
import type { DensitySettings } from './density-settings.ts';
import type { SessionStore } from './state.ts';

/** What came of it, in one sentence for the reader. */
export type TakenFile = { readonly sentence: string; readonly isProblem: boolean };

/** Saves the calibration of a file in this browser, in the place of one of the same scanner and voltage. Nothing uses it before it is chosen. */
export function takeCalibrationFile(store: SessionStore, density: Pick<DensitySettings, 'saveCalibration'>, file: { readonly name: string; readonly text: string }): TakenFile {
  const name = quotable(file.name);
  const read = readCalibrationFile(file.text);
  if (!read.ok) return { sentence: `${name}: ${read.error}`, isProblem: true };
  const { id, name: scanner, kvp } = read.value;
  const isNew = store.getState().calibrations.every((one) => one.id !== id);
  density.saveCalibration(read.value);
  return { sentence: `${name}: ${scanner}, ${kvp} kVp is saved${isNew ? '' : ', in the place of the one before'}.`, isProblem: false };
}
