import { expect, it } from 'vitest';
import { writeCalibrationFile } from '#src/core/measure/calibration-file.ts';
import type { ScannerCalibration } from '#src/core/measure/calibration.ts';
import { createCalibrationMemory } from './calibration-memory.ts';
import { createDensitySettings } from './density-settings.ts';
import { createSessionStore } from './state.ts';
import { takeCalibrationFile } from './take-calibration-file.ts';

const CALIBRATION: ScannerCalibration = {
  id: 'CT 1|100', name: 'CT 1', scannerModel: 'Aurora 64', kvp: 100, slopeMgCm3PerHu: 0.81, interceptMgCm3: -4.5, phantom: 'Block 3', material: 'K2HPO4', measuredOn: '2019-05-06',
};

it('saves the calibration of a file, in the place of one of the same scanner and voltage, and leaves all as it was where the file is none', () => {
  const store = createSessionStore({ state: 'empty' });
  const density = createDensitySettings(store, createCalibrationMemory(null), () => undefined);
  const take = (text: string) => takeCalibrationFile(store, density, { name: 'a.json', text });
  expect(take(writeCalibrationFile(CALIBRATION))).toEqual({ sentence: 'a.json: CT 1, 100 kVp is saved.', isProblem: false });
  const other = { ...CALIBRATION, slopeMgCm3PerHu: 0.79 };
  expect(take(writeCalibrationFile(other))).toEqual({ sentence: 'a.json: CT 1, 100 kVp is saved, in the place of the one before.', isProblem: false });
  expect(store.getState().calibrations).toEqual([other]);
  expect(take('{"format":')).toEqual({ sentence: 'a.json: it is not JSON, or it was cut short; save the copy again.', isProblem: true });
  expect(store.getState().calibrations).toEqual([other]);
});
