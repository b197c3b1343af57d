import { describe, expect, it } from 'vitest';
import { readCalibrationFile, writeCalibrationFile } from './calibration-file.ts';
import type { ScannerCalibration } from './calibration.ts';

const CALIBRATION: ScannerCalibration = {
  id: 'of this browser', name: 'CT 1', scannerModel: 'Aurora 64', kvp: 100, slopeMgCm3PerHu: 0.81, interceptMgCm3: -4.5, phantom: 'Block 3', material: 'K2HPO4', measuredOn: '2019-05-06',
};
const written = (change: object) => JSON.stringify({ ...(JSON.parse(writeCalibrationFile(CALIBRATION)) as object), ...change });

describe('a calibration as a file', () => {
  it('comes back with every value, under the id that its scanner and voltage have everywhere', () => {
    expect(readCalibrationFile(writeCalibrationFile(CALIBRATION))).toEqual({ ok: true, value: { ...CALIBRATION, id: 'CT 1|100' } });
    expect(readCalibrationFile(writeCalibrationFile({ ...CALIBRATION, scannerModel: null }))).toMatchObject({ value: { scannerModel: null } });
    expect(writeCalibrationFile(CALIBRATION)).not.toContain('of this browser');
  });

  it.each([
    ['{"format":', 'it is not JSON, or it was cut short; save the copy again.'],
    ['[]', 'it is no calibration that this version of OsteoLens saved'],
    [written({ format: 'osteolens-results' }), 'it is no calibration that this version of OsteoLens saved'],
    [written({ schemaVersion: 2 }), 'it is no calibration that this version of OsteoLens saved'],
    [written({ calibration: { ...CALIBRATION, slopeMgCm3PerHu: 1.35 } }), 'its values are not those of a calibration: The slope must be between 0.4 and 1.2 mg/cm³ for 1 HU'],
    [written({ calibration: { ...CALIBRATION, scannerModel: 7 } }), 'its values are not those of a calibration: the field scannerModel is missing or wrong.'],
    [written({ calibration: { ...CALIBRATION, doses: 1 } }), 'its values are not those of a calibration: the field '],
  ])('says of %s why it is none', (text, words) => {
    const read = readCalibrationFile(text);
    expect(read.ok ? '' : read.error).toContain(words);
    expect(read.ok ? '' : read.error).toMatch(/\.$/);
  });
});
