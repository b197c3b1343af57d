import type { Series } from '#src/core/dicom/series.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { describeMethod, methodOf, type DensityMethod } from '#src/core/measure/density-reading.ts';
import { quotable } from '#src/lib/foreign-text.ts';
import { calibrationOf, conversionOf } from './density-settings.ts';
import { tell } from './messages.ts';
import type { SessionStore } from './state.ts';

/*
 * The calibration that made the densities of a results file. One that is saved in this browser with the same values is used again, for all
 * parts of the series where the reader chose none; a file never brings one in or overrules a choice. Where the densities of now are
 * made otherwise than the file's, one sentence says so.
 */

/** Uses the calibration of a file again where it is known here, and says what makes the densities where that is not how the file's were made. */
export function takeCalibration(store: SessionStore, fileName: string, methods: readonly DensityMethod[], open: Series): void {
  const only = methods.length === 1 ? methods[0] : undefined;
  if (only?.kind === 'scanner-calibration' && isUsedAgain(store, only.calibration, open)) {
    tell(store, 'note', `${fileName}: its densities are made ${inWords(only)}, as they were.`);
    return;
  }
  const now = methodOf(conversionOf(store.getState(), open, new Date()));
  const others = methods.filter((method) => now === null || !isSameMethod(method, now));
  if (others.length === 0) return;
  const here = now === null ? 'none can be made here, because the tube voltage of this scan is unknown or outside 80 to 140 kVp' : `they were made anew here ${inWords(now)}`;
  tell(store, 'note', `${fileName}: its densities were made ${others.map(inWords).join(' and ')}; ${here}.${whatToDo(store, others)}`);
}

/** True where this call made it the calibration of the open series. */
function isUsedAgain(store: SessionStore, calibration: ScannerCalibration, open: Series): boolean {
  const state = store.getState();
  const known = state.calibrations.find((one) => isSameCalibration(one, calibration));
  if (known === undefined || calibrationOf(state, open.id) !== null) return false;
  const parts = state.series.filter(({ id, groupId }) => id === open.id || (groupId === open.groupId && calibrationOf(state, id) === null));
  store.setState({ chosenCalibrations: { ...state.chosenCalibrations, ...Object.fromEntries(parts.map(({ id }) => [id, known.id])) } });
  return true;
}

function whatToDo(store: SessionStore, others: readonly DensityMethod[]): string {
  const { calibrations } = store.getState();
  const [own] = others.flatMap((method) => (method.kind === 'scanner-calibration' ? [method.calibration] : []));
  if (own === undefined) return '';
  if (calibrations.some((one) => isSameCalibration(one, own))) return ' Choose it under Density to see the numbers of the file.';
  const isChanged = calibrations.some(({ id }) => id === own.id);
  return isChanged ? ' The calibration of that name that is saved in this browser has other values.' : ' That calibration is not saved in this browser; it can be entered under Settings.';
}

/** Where the voltage comes from makes no other number. */
function isSameMethod(one: DensityMethod, other: DensityMethod): boolean {
  if (one.kind === 'tube-voltage') return other.kind === 'tube-voltage' && one.kvp === other.kvp && one.huPerMgCm3 === other.huPerMgCm3;
  return other.kind === 'scanner-calibration' && isSameCalibration(one.calibration, other.calibration);
}

/** The same values; the id is each browser's own. */
function isSameCalibration(one: ScannerCalibration, other: ScannerCalibration): boolean {
  return VALUES.every((key) => one[key] === other[key]);
}

const VALUES = ['name', 'scannerModel', 'kvp', 'slopeMgCm3PerHu', 'interceptMgCm3', 'phantom', 'material', 'measuredOn'] as const satisfies readonly (keyof ScannerCalibration)[];

/** A file's names come from outside. */
function inWords(method: DensityMethod): string {
  if (method.kind === 'tube-voltage') return describeMethod(method);
  const { calibration } = method;
  return describeMethod({ ...method, calibration: { ...calibration, name: quotable(calibration.name), phantom: quotable(calibration.phantom) } });
}
