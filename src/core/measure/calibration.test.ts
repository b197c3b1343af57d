import { describe, expect, it } from 'vitest';
import { calibratedVbmd, calibrationDoubts, calibrationErrorMgCm3, scannerCalibration, type ScannerCalibration } from './calibration.ts';

const calibration: ScannerCalibration = {
  id: 'CT 1|120', name: 'CT 1', scannerModel: 'Aurora 64', kvp: 120, slopeMgCm3PerHu: 0.79, interceptMgCm3: -6.5,
  phantom: 'Block 3', material: 'hydroxyapatite', measuredOn: '2026-03-14',
};
const scan = { kvp: 120, scannerModel: 'Aurora 64', day: '2026-09-01' };
const codes = (over: Partial<typeof scan> | { kvp: null } | { scannerModel: null }, own: Partial<ScannerCalibration> = {}) =>
  calibrationDoubts({ ...calibration, ...own }, { ...scan, ...over }).map(({ code }) => code);

describe('calibratedVbmd', () => {
  it('is slope times HU plus intercept, in hydroxyapatite', () => {
    expect(calibratedVbmd(140, calibration)).toBeCloseTo(0.79 * 140 - 6.5, 9);
  });

  it('turns a potassium phosphate phantom into hydroxyapatite by the factor of the voltage', () => {
    const own = { ...calibration, material: 'K2HPO4' } as const;
    expect(calibratedVbmd(140, { ...own, kvp: 80 })).toBeCloseTo(104.1 / 0.86, 6);
    expect(calibratedVbmd(140, { ...own, kvp: 140 })).toBeCloseTo(104.1 / 0.81, 6);
  });
});

describe('calibrationDoubts', () => {
  it('says nothing of a fresh calibration of the same scanner and voltage', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ scannerModel: ' aurora 64' })).toEqual([]);
  });

  it('says that it is old after 12 months, and before it was made', () => {
    expect(codes({ day: '2027-03-14' })).toEqual([]);
    expect(codes({ day: '2027-03-15' })).toEqual(['calibration-old']);
    expect(codes({ day: '2024-01-01' })).toEqual(['calibration-old']);
  });

  it('says that voltage or scanner differ or are unknown', () => {
    expect(codes({ kvp: 100 })).toEqual(['calibration-kvp']);
    expect(codes({ kvp: null })).toEqual(['calibration-kvp']);
    expect(codes({ scannerModel: 'Other' })).toEqual(['calibration-scanner']);
    expect(codes({ scannerModel: null })).toEqual(['calibration-scanner']);
    expect(codes({ scannerModel: 'Other' }, { scannerModel: null })).toEqual([]);
  });
});

describe('calibrationErrorMgCm3', () => {
  it('grows with another voltage and with the years', () => {
    expect(calibrationErrorMgCm3(100, calibration, scan)).toBeCloseTo(8, 9);
    expect(calibrationErrorMgCm3(100, calibration, { ...scan, kvp: 80 })).toBeCloseTo(8 + 100 * (1.66 / 1.35 - 1), 6);
    expect(calibrationErrorMgCm3(100, calibration, { ...scan, day: '2029-03-14' })).toBeCloseTo(8 + 2 * 2.29 * 0.79, 1);
  });
});

describe('scannerCalibration', () => {
  it('takes one that is whole', () => {
    expect(scannerCalibration.parse(calibration)).toEqual(calibration);
  });

  it.each([
    [{ slopeMgCm3PerHu: 1.35 }, 'turned round'], [{ slopeMgCm3PerHu: Number.NaN }, 'slope'], [{ interceptMgCm3: 61 }, 'intercept'], [{ kvp: 60 }, 'voltage'],
    [{ name: '  ' }, 'name'], [{ phantom: '' }, 'phantom'], [{ measuredOn: '14.3.2026' }, 'day'],
  ])('refuses %j with one sentence', (over, word) => {
    const read = scannerCalibration.safeParse({ ...calibration, ...over });
    expect(read.error?.issues[0]?.message).toContain(word);
  });
});
