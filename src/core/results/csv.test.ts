import { describe, expect, it } from 'vitest';
import { makeLevelResult, makeMeasurement } from '#src/testing/synthetic-result.ts';
import { worldPoint } from '../geometry/spaces.ts';
import type { LevelPick } from '../levels/pick.ts';
import { writeCsv, type CsvInput } from './csv.ts';

const pick: LevelPick = { level: 'L1', centreLps: worldPoint(-3.54, -72.1, 334.06), state: 'edited' };
const base: CsvInput = {
  studyInstanceUid: '1.2.3',
  seriesInstanceUid: null,
  picks: [pick],
  results: [makeLevelResult('L1')],
  devices: [{ id: 'hologic', unit: 'g/cm2' }, { id: 'sbmd', unit: 'mg/cm2' }],
  appVersion: '0.1.0',
};

/** Reads RFC 4180 back, quotes and line breaks included. */
function parse(text: string): Record<string, string>[] {
  const rows = text.split('\r\n').slice(0, -1).map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ''));
  const [header = [], ...body] = rows;
  return body.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

describe('writeCsv', () => {
  it('writes a row for each pick with units in the header', () => {
    const [row] = parse(writeCsv(base));
    expect(row).toMatchObject({
      study_instance_uid: '1.2.3', series_instance_uid: '', level: 'L1', reader_state: 'edited',
      centre_left_mm: '-3.5', centre_posterior_mm: '-72.1', centre_superior_mm: '334.1',
      roi_mean_hu: '135', roi_sd_hu: '41.3', measured_vbmd_mg_cm3: '100', network_vbmd_low_mg_cm3: '81.2',
      network_osteoporosis_probability_hologic: '0.333', network_abmd_high_hologic_g_cm2: '0.923', network_abmd_sbmd_mg_cm2: '891',
      backend: 'wasm', model_sha256: 'ab12'.repeat(16),
    });
    expect(row?.['statement']).toMatch(/^Research use only\./);
  });

  it('says how the app counted to a name, and what the reader stated of the patient', () => {
    const picks: readonly LevelPick[] = [{ ...pick, nameCount: { confidence: 0.85, anchors: ['first-rib'] } }];
    expect(parse(writeCsv({ ...base, picks, statedByReader: { kvp: null, contrast: null, ageYears: 71, sex: 'F' } }))[0]).toMatchObject({
      name_count: 'from the first rib, 85 % sure', age_stated_by_reader_years: '71', sex_stated_by_reader: 'F',
    });
    expect(parse(writeCsv(base))[0]).toMatchObject({ name_count: '', age_stated_by_reader_years: '', sex_stated_by_reader: '' });
  });

  it('leaves refused numbers empty and gives the reason, quoted', () => {
    const warnings = [{ code: 'slices-too-thick', effect: 'refuse', sentence: 'Slices of 8 mm, "thick".' }] as const;
    const text = writeCsv({ ...base, results: [makeLevelResult('L1', { warnings })] });
    const [row] = parse(text);
    expect(row).toMatchObject({ measured_vbmd_mg_cm3: '', network_vbmd_mg_cm3: '', network_abmd_hologic_g_cm2: '', roi_mean_hu: '135' });
    expect(text).toContain('"slices-too-thick: Slices of 8 mm, ""thick""."');
  });

  it('writes a picked level that has no result', () => {
    const [row] = parse(writeCsv({ ...base, results: [] }));
    expect(row).toMatchObject({ level: 'L1', roi_mean_hu: '', backend: '' });
  });

  it.each(['=HYPERLINK("x")', '+1', '-1+cmd|\' /C calc\'!A0', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1', '＋1'])('does not let %j run as a spreadsheet formula', (text) => {
    const [row] = parse(writeCsv({ ...base, studyInstanceUid: text, appVersion: text }));
    expect(row).toMatchObject({ study_instance_uid: `'${text}`, app_version: `'${text}` });
  });

  it('keeps negative numbers numbers', () => {
    const results = [makeLevelResult('L1', { measurement: makeMeasurement({ meanHu: -12 }) })];
    expect(parse(writeCsv({ ...base, results }))[0]).toMatchObject({ roi_mean_hu: '-12' });
  });

  it('ends every line with CRLF', () => {
    expect(writeCsv(base).split('\r\n')).toHaveLength(3);
    expect(writeCsv(base).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });
});
