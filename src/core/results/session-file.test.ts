import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeLevelResult } from '#src/testing/synthetic-result.ts';
import { worldPoint } from '../geometry/spaces.ts';
import { frameOfAxis } from '../measure/body-frame.ts';
import { NOTHING_STATED } from '../measure/stated-facts.ts';
import { readPicks, sessionJsonSchema, writeSessionFile, type SessionFileInput } from './session-file.ts';

const SCHEMA_FILE = path.resolve(import.meta.dirname, '../../../docs/osteolens-results.schema.json');

const input: SessionFileInput = {
  studyInstanceUid: '1.2.3',
  seriesInstanceUid: '1.2.3.4',
  acquisition: { kvp: 120, sliceThicknessMm: 1.25, kernel: 'B40f', contrast: null },
  deviceId: 'hologic',
  picks: [
    { level: 'L1', centreLps: worldPoint(3.5, -70, 334), state: 'edited' },
    { level: 'L2', centreLps: worldPoint(4.5, -68, 301), state: 'proposed' },
  ],
  results: [makeLevelResult('L1', { warnings: [{ code: 'contrast', effect: 'mark', sentence: 'Contrast.' }] }), makeLevelResult('L5')],
  appVersion: '0.1.0',
  createdAt: '2026-11-22T21:00:00.000Z',
  savedAt: '2026-11-22T21:05:00.000Z',
};

type Json = { [key: string]: Json } & Json[] & string;

function edited(change: (file: Json) => void): string {
  const file = JSON.parse(writeSessionFile(input)) as Json;
  change(file);
  return JSON.stringify(file);
}

function refusal(text: string): { code: string; field: string; sentence: string } {
  const read = readPicks(text);
  if (read.ok) throw new Error('The file was accepted.');
  return read.error;
}

describe('session file', () => {
  it('gives back the picks that were saved, and the series they belong to', () => {
    const read = readPicks(writeSessionFile(input));
    if (!read.ok) throw new Error(read.error.sentence);
    expect(read.value).toEqual({ seriesInstanceUid: input.seriesInstanceUid, models: [{ id: 'vertebra-moe-1', sha256: 'ab12'.repeat(16) }], methods: [], stated: NOTHING_STATED, picks: input.picks });
  });

  it('keeps what the reader stated apart from what the header says, and gives it back', () => {
    const text = writeSessionFile({ ...input, acquisition: { ...input.acquisition, kvp: null }, statedByReader: { ...NOTHING_STATED, kvp: 100, contrast: false } });
    const file = JSON.parse(text) as Json;
    expect(file).toMatchObject({ acquisition: { kvp: null, contrast: null } });
    expect(file['statedByReader']).toEqual({ kvp: 100, contrast: false });
    expect(readPicks(text)).toMatchObject({ ok: true, value: { stated: { ...NOTHING_STATED, kvp: 100, contrast: false } } });
    expect(refusal(text.replace('"kvp": 100', '"kvp": 1000')).field).toBe('statedByReader.kvp');
  });

  it('keeps the age and the sex that the reader stated, and refuses what nobody can state', () => {
    const text = writeSessionFile({ ...input, statedByReader: { ...NOTHING_STATED, ageYears: 71, sex: 'F' } });
    expect((JSON.parse(text) as Json)['statedByReader']).toEqual({ kvp: null, contrast: null, ageYears: 71, sex: 'F' });
    expect(readPicks(text)).toMatchObject({ ok: true, value: { stated: { ...NOTHING_STATED, ageYears: 71, sex: 'F' } } });
    expect(refusal(text.replace('"ageYears": 71', '"ageYears": 7')).field).toBe('statedByReader.ageYears');
    expect(refusal(text.replace('"ageYears": 71', '"ageYears": 71.5')).field).toBe('statedByReader.ageYears');
    expect(refusal(text.replace('"sex": "F"', '"sex": "O"')).field).toBe('statedByReader.sex');
  });

  it('keeps how sure the app was of a name that the reader only confirmed', () => {
    const picks = input.picks.map((pick) => (pick.level === 'L1' ? { ...pick, nameCount: { confidence: 0.85, anchors: ['first-rib'] as const } } : pick));
    const text = writeSessionFile({ ...input, picks });
    expect((JSON.parse(text) as Json)['levels']?.map(({ nameCount }) => nameCount)).toEqual([{ confidence: 0.85, anchors: ['first-rib'] }, undefined]);
    expect(readPicks(text)).toMatchObject({ ok: true, value: { picks } });
    expect(refusal(text.replace('"first-rib"', '"hip"')).field).toBe('levels[0].nameCount.anchors[0]');
  });

  it('gives back a region that the reader drew, and refuses one that no body can hold', () => {
    const roi = { centreLps: [4, -72, 333] as const, ...frameOfAxis([0.1, -0.3, 0.95]), halfWidthMm: 8.5, halfDepthMm: 6, heightMm: 7 };
    const picks = input.picks.map((pick) => (pick.level === 'L1' ? { ...pick, roi } : pick));
    const text = writeSessionFile({ ...input, picks, results: [makeLevelResult('L1', { roiSource: 'edited', fit: null })] });
    expect(JSON.parse(text)).toMatchObject({ levels: [{ editedRoi: { halfWidthMm: 8.5 }, roiSource: 'edited', fit: null }, {}] });
    expect(readPicks(text)).toMatchObject({ ok: true, value: { picks } });
    expect(refusal(text.replace('"halfWidthMm": 8.5', '"halfWidthMm": 85')).field).toBe('levels[0].editedRoi');
    expect(refusal(text.replace('"up": [', '"up": [1,').replace(/("up": \[1,[^,]*,[^,]*),[^\]]*\]/, '$1]')).field).toBe('levels[0].editedRoi');
  });

  it('writes the results of picked levels only, and the research-only statement', () => {
    const file = JSON.parse(writeSessionFile(input)) as Json;
    expect(file['statement']).toMatch(/^Research use only/);
    expect((file['levels'] ?? []).map((level) => level['level'])).toEqual(['L1', 'L2']);
    expect(file['levels']?.[0]?.['measurement']).toEqual(JSON.parse(JSON.stringify(input.results[0]?.measurement)));
    expect(file['levels']?.[1]?.['measurement']).toBeNull();
  });

  it('reads a file that holds nothing but levels and centres, as a script writes it', () => {
    const text = JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, levels: [{ level: 'L3', centreLps: [1, -2, 3] }] });
    expect(readPicks(text)).toEqual({ ok: true, value: { seriesInstanceUid: null, models: [], methods: [], stated: NOTHING_STATED, picks: [{ level: 'L3', centreLps: [1, -2, 3], state: 'proposed' }] } });
  });

  it('names each network once, and takes what is no network for none', () => {
    const run = { modelId: 'ours', modelSha256: 'cd34'.repeat(16) };
    const runs = [run, { ...run, backend: 'onnxruntime' }, { modelId: 'ours', modelSha256: 'short' }, 'none', null];
    const levels = runs.map((one, index) => ({ level: `L${index + 1}`, centreLps: [1, -2, 3], run: one }));
    const read = readPicks(JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, levels }));
    expect(read.ok && read.value.models).toEqual([{ id: 'ours', sha256: 'cd34'.repeat(16) }]);
    expect(read.ok && read.value.picks).toHaveLength(5);
  });

  it('names each conversion to density once, and takes what is none for none', () => {
    const voltage = { kind: 'tube-voltage', kvp: 120, kvpSource: 'header', huPerMgCm3: 1.35 };
    const own = { kind: 'scanner-calibration', calibration: { id: 'a', name: 'CT 1', scannerModel: null, kvp: 120, slopeMgCm3PerHu: 0.8, interceptMgCm3: 2, phantom: 'QA', material: 'hydroxyapatite', measuredOn: '2026-02-03' } };
    const broken = { ...own, calibration: { ...own.calibration, slopeMgCm3PerHu: 80 } };
    const measurements = [{ density: { method: own } }, { density: { method: voltage } }, { density: { method: own } }, { density: { method: broken } }, { density: null }, 'none'];
    const levels = measurements.map((measurement, index) => ({ level: `T${index + 4}`, centreLps: [1, -2, 3], measurement }));
    const read = readPicks(JSON.stringify({ format: 'osteolens-results', schemaVersion: 1, levels }));
    expect(read.ok && read.value.methods).toEqual([own, voltage]);
    expect(read.ok && read.value.picks).toHaveLength(6);
  });

  it('holds nothing else of what it is given, such as a name', () => {
    const acquisition = { ...input.acquisition, patientName: 'DOE^JANE' };
    expect(writeSessionFile({ ...input, acquisition })).not.toContain('DOE');
  });

  it('refuses text that is not JSON, or other JSON', () => {
    expect(refusal('{"format": "osteolens-res').code).toBe('session-not-json');
    expect(refusal('[{"direction": ["P", "I", "R"]}]').code).toBe('session-other-format');
  });

  it('refuses a newer schema by its number', () => {
    const { code, sentence } = refusal(edited((file) => Object.assign(file, { schemaVersion: 2 })));
    expect(code).toBe('session-newer');
    expect(sentence).toContain('schema 2');
  });

  it.each([
    ['levels[1].centreLps[2]', (file: Json) => Object.assign(file['levels']?.[1]?.['centreLps'] ?? {}, { 2: 'x' })],
    ['levels[0].level', (file: Json) => Object.assign(file['levels']?.[0] ?? {}, { level: 'C7' })],
    ['levels[1].level', (file: Json) => Object.assign(file['levels']?.[1] ?? {}, { level: 'L1' })],
    ['levels[0].state', (file: Json) => Object.assign(file['levels']?.[0] ?? {}, { state: 'maybe' })],
    ['levels', (file: Json) => Object.assign(file, { levels: null })],
  ])('names the bad field %s', (field, change) => {
    const error = refusal(edited(change));
    expect(error).toMatchObject({ code: 'session-invalid', field });
    expect(error.sentence).toContain(field);
  });

  it('is described by docs/osteolens-results.schema.json', () => {
    const text = `${JSON.stringify(sessionJsonSchema(), null, 2)}\n`;
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(SCHEMA_FILE, text);
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(text);
  });
});
