import { describe, expect, it } from 'vitest';
import { makeMeasurement } from '#src/testing/synthetic-result.ts';
import type { ScannerCalibration } from './calibration.ts';
import { describeMethod, readDensity, withDensity, type DensityConversion } from './density-reading.ts';

const byVoltage: DensityConversion = { calibration: null, scan: { kvp: 100, scannerModel: null, day: '2026-05-01' }, kvpSource: 'header', contrast: null };
const calibration: ScannerCalibration = {
  id: 'a', name: 'CT 2', scannerModel: null, kvp: 100, slopeMgCm3PerHu: 0.66, interceptMgCm3: 4, phantom: 'QA', material: 'hydroxyapatite', measuredOn: '2026-04-02',
};

describe('readDensity', () => {
  it('divides by the slope of the voltage, with 10 % error', () => {
    expect(readDensity(146, byVoltage, 40)).toEqual({
      vbmdMgCm3: 100, lowMgCm3: 90, highMgCm3: expect.closeTo(110, 9) as number, contrast: null,
      method: { kind: 'tube-voltage', kvp: 100, kvpSource: 'header', huPerMgCm3: 1.46 },
    });
  });

  it('gives none without a voltage, unless a calibration does', () => {
    const unknown = { ...byVoltage, scan: { ...byVoltage.scan, kvp: null } };
    expect(readDensity(146, unknown, null)).toBeNull();
    expect(readDensity(146, { ...unknown, calibration }, null)?.vbmdMgCm3).toBeCloseTo(0.66 * 146 + 4, 9);
  });

  it('reads with the calibration in place of the voltage, with its smaller error', () => {
    const read = readDensity(146, { ...byVoltage, calibration }, null);
    expect(read).toMatchObject({ vbmdMgCm3: expect.closeTo(100.36, 6) as number, lowMgCm3: expect.closeTo(92.33, 2) as number, method: { kind: 'scanner-calibration' } });
  });

  it('keeps the number under contrast and widens its error downwards by the published rise of the phase', () => {
    const at120 = { ...byVoltage, scan: { ...byVoltage.scan, kvp: 120 }, contrast: true };
    const arterial = readDensity(135, at120, 310);
    expect(arterial).toMatchObject({ vbmdMgCm3: 100, lowMgCm3: expect.closeTo(90 - 14.4 / 1.35, 6) as number, highMgCm3: expect.closeTo(110, 9) as number, contrast: { phase: 'arterial' } });
    expect(readDensity(135, at120, 155)).toMatchObject({ lowMgCm3: expect.closeTo(90 - 25.7 / 1.35, 6) as number, contrast: { phase: 'portal venous' } });
    expect(readDensity(135, at120, 215)?.contrast?.phase).toBe('unclear');
    expect(readDensity(135, at120, null)?.contrast?.phase).toBe('unclear');
  });

  it('sees contrast in the aorta that nobody speaks of, and more of it at a lower voltage', () => {
    const silent = { ...byVoltage, scan: { ...byVoltage.scan, kvp: 80 } };
    expect(readDensity(166, silent, 99)?.contrast).toBeNull();
    expect(readDensity(166, silent, 240)?.contrast).toEqual({ phase: 'unclear', riseMgCm3: [expect.closeTo((13.5 * 43) / (43 - (40 / 60) * 19) / 1.66, 4), expect.closeTo((25.7 * 43) / (43 - (40 / 60) * 19) / 1.66, 4)] });
  });
});

describe('withDensity', () => {
  it('puts the reading where the density of the tube voltage stood', () => {
    const measured = withDensity(makeMeasurement({ meanHu: 150, vbmdMgCm3: 1 }), { ...byVoltage, calibration }, null);
    expect(measured.vbmdMgCm3).toBeCloseTo(103, 9);
    expect(measured.density?.vbmdMgCm3).toBe(measured.vbmdMgCm3);
    expect(withDensity(makeMeasurement(), { ...byVoltage, scan: { ...byVoltage.scan, kvp: 200 } }, null)).toMatchObject({ vbmdMgCm3: null, density: null });
  });
});

describe('describeMethod', () => {
  it('says which conversion it was, and who stated the voltage', () => {
    expect(describeMethod({ kind: 'tube-voltage', kvp: 120, kvpSource: 'reader', huPerMgCm3: 1.35 })).toBe('by tube voltage, 120 kVp stated by the reader');
    expect(describeMethod({ kind: 'scanner-calibration', calibration })).toBe('by the calibration of CT 2, QA, 100 kVp, 2026-04-02');
  });
});
